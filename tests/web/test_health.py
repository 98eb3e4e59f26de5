from streams import metrics
from streams.health import Health
from tests.web.samples import serving


async def test_it_is_ready_while_every_agent_gets_on_and_says_how_each_is_doing():
    now = [0.0]
    health = Health(clock=lambda: now[0])
    health.progress("index", 5)
    health.lag("index", 3)
    async with serving(health=health) as served:
        status, answer = await served.ask("GET", "/health/ready")
        assert (status, answer["ready"]) == (200, True)
        assert (answer["agents"]["index"]["lag"], answer["agents"]["index"]["settled"]) == (3, 5)
        now[0] = 16.0
        status, answer = await served.ask("GET", "/health/ready")
        assert (status, answer["ready"], answer["agents"]["index"]["idle_secs"]) == (503, False, 16.0)
        assert answer["agents"]["index"]["trouble"]
        assert (await served.ask("GET", "/health/live"))[0] == 200


async def test_it_is_not_ready_before_it_works():
    health = Health(started=False)
    async with serving(health=health) as served:
        status, answer = await served.ask("GET", "/health/ready")
        assert (status, answer["ready"], answer["started"]) == (503, False, False)
        health.started = True
        assert (await served.ask("GET", "/health/ready"))[0] == 200


async def test_metrics_are_those_of_the_process():
    metrics.ingested("sample-of-this-test", 7, 0)
    async with serving() as served, served.client.get("/metrics?x=1") as answer:
        assert answer.content_type == "text/plain"
        assert 'resonanz_posts_ingested_total{ingestor="sample-of-this-test"} 7.0' in await answer.text()
