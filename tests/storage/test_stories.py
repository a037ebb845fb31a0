"""Stories: known by their first article."""

from storage.database import Database
from tests.storage.making import article, begun


def test_a_story_is_found_and_may_get_a_late_original(database: Database) -> None:
    """The first article can change, the story stays."""
    source, _ = begun(database)
    with database.begin() as tx:
        one, two = tx.articles.add_new([article(source), article(source, "b")])
        story = tx.stories.add(one.id, "f" * 100)
        tx.stories.set_first(story.id, two.id)
        found = tx.stories.find(story.id)
        assert found is not None
        assert found.first_article_id == two.id
        assert tx.stories.find(story.id + 1) is None


def test_stories_begun_together_keep_their_order(database: Database) -> None:
    """Each id belongs to the article in the same place."""
    source, _ = begun(database)
    with database.begin() as tx:
        stored = tx.articles.add_new([article(source, str(n)) for n in range(50)])
        ids = tx.stories.add_all([(one.id, f"print {one.id}") for one in reversed(stored)])
        assert tx.stories.add_all([]) == []
        found = [tx.stories.find(story) for story in ids]
    assert [story.first_article_id for story in found if story] == [
        one.id for one in reversed(stored)
    ]
