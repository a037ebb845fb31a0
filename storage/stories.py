"""Stories: reprints and near-copies of one text, known by their first article."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy import insert as plain_insert

from storage.records import Story
from storage.tables import stories


@dataclass(frozen=True, slots=True)
class Stories:
    """The operations on stories."""

    connection: Connection

    def add(self, first_article_id: int, fingerprint: str) -> Story:
        """Begin a story with this article."""
        key = self.connection.execute(
            plain_insert(stories)
            .values(first_article_id=first_article_id, fingerprint=fingerprint)
            .returning(stories.c.id)
        ).scalar_one()
        return Story(id=key, first_article_id=first_article_id, fingerprint=fingerprint)

    def add_all(self, begun: Sequence[tuple[int, str]]) -> list[int]:
        """Begin a story with each (article, fingerprint); answers their ids in the same order."""
        if not begun:
            return []
        statement = plain_insert(stories).returning(stories.c.id, sort_by_parameter_order=True)
        rows = [{"first_article_id": first, "fingerprint": print_} for first, print_ in begun]
        return list(self.connection.execute(statement, rows).scalars())

    def find(self, story_id: int) -> Story | None:
        """Answer the story of this id."""
        row = self.connection.execute(select(stories).where(stories.c.id == story_id)).first()
        return Story(**row._mapping) if row else None

    def set_first(self, story_id: int, article_id: int) -> None:
        """Make a late original the story's first article."""
        self.connection.execute(
            update(stories).where(stories.c.id == story_id).values(first_article_id=article_id)
        )
