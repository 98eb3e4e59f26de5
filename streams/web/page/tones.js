// The tones a mention can have, in the order they are stacked.

export const TONES = [
  ["negative", "negativ", "−"],
  ["neutral", "neutral", "○"],
  ["positive", "positiv", "+"],
  ["unsure", "unsicher", "?"],
];

export const toneLabel = (tone) => TONES.find(([name]) => name === tone)?.[1] ?? tone;
export const toneSign = (tone) => TONES.find(([name]) => name === tone)?.[2] ?? "";
