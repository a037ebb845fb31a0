"""A source tried once: what is wrong with it, if anything."""

from crawler.fetch import FetchSettings
from crawler.sources.rss import RssSource
from crawler.trial import try_source
from tests.crawler.conftest import NOW, Web
from tests.crawler.pages import rss_of


def test_nothing_found_is_an_answer_where_the_config_says_so(
    web: Web, manners: FetchSettings
) -> None:
    """A search may find nothing yet; any other feed without items has a wrong address."""
    url = web.put("/search", rss_of([]))
    news, search = RssSource(url=url), RssSource(url=url, may_be_empty=True)
    assert try_source(news, manners, now=NOW) == "it has no articles; check the address"
    assert try_source(search, manners, now=NOW) is None


def test_a_search_may_be_wrong_too(web: Web, manners: FetchSettings) -> None:
    """Nothing there is not nothing found."""
    gone = RssSource(url=f"{web.base}/gone", may_be_empty=True)
    assert try_source(gone, manners, now=NOW) == "HTTP 404 Not Found"
