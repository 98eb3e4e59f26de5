"""The OpenAPI document: the paths as written in `openapi.json`, the records as they are in the code."""

import inspect
import json
from functools import cache
from importlib import resources

import msgspec
from aiohttp import web

from streams.alert import Alert
from streams.alerting.backtest import Backtest
from streams.backfill import Backfill
from streams.coverage import Coverage
from streams.explanation import Explanation
from streams.ranking import Ranked
from streams.subscription import Subscription, SubscriptionChange
from streams.web.routes import Route

RECORDS = (Alert, Backfill, Backtest, Coverage, Explanation, Ranked, Subscription, SubscriptionChange)


@cache
def document() -> bytes:
    """The document as JSON."""
    written = json.loads(resources.files("streams.web.api").joinpath("openapi.json").read_bytes())
    _, schemas = msgspec.json.schema_components(RECORDS, ref_template="#/components/schemas/{name}")
    for schema in schemas.values():
        schema["description"] = inspect.cleandoc(schema["description"])
    written["components"]["schemas"].update(schemas)
    return json.dumps(written, ensure_ascii=False).encode()


async def described(_: web.Request) -> web.Response:
    """The OpenAPI document."""
    return web.Response(body=document(), content_type="application/json")


ROUTES = (Route("GET", "/api/openapi.json", described),)
