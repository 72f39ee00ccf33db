"""How much a phone has to load before it shows the first page."""

KILOBYTE = 1000
SIZES = """performance.getEntriesByType('resource')
    .map((entry) => [new URL(entry.name).pathname, entry.encodedBodySize])"""


def test_the_first_page_is_60_kilobytes_of_script_and_10_of_style(weekend, log_in):
    # A worker has unpacked what it hands out.
    page = log_in("mechanic", service_workers="block")
    page.reload()
    page.get_by_role("timer", name="Next session").wait_for()

    loaded = dict(page.evaluate(SIZES))

    scripts, styles = (total(loaded, ending) for ending in (".js", ".css"))
    assert 10 * KILOBYTE < scripts <= 60 * KILOBYTE, loaded
    assert 1 * KILOBYTE < styles <= 10 * KILOBYTE, loaded


def test_my_tasks_come_with_the_board_and_not_after_it(log_in):
    page = log_in("mechanic", service_workers="block")
    shell = page.request.get("/").text()
    page.reload()
    page.get_by_role("timer", name="Next session").wait_for()

    loaded = [name for name in page.evaluate(SIZES) if name[0].endswith(".js")]

    assert loaded and [name for name, _ in loaded if name not in shell] == []


def total(loaded, ending):
    return sum(size for name, size in loaded.items() if name.endswith(ending))
