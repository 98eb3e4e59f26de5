"""A quicker start for an application without tables, on either log: `faust.App(…, TableManager=NoTables)`."""

from faust.tables import TableManager


class NoTables(TableManager):
    """Starts at once. Faust's own waits a second first, for tables that agents might still declare."""

    async def on_start(self) -> None:
        """Let the conductor subscribe and the streams begin."""
        await self._update_channels()
        await self.recovery.start()
