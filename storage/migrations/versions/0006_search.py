"""Words of articles in a full-text index of each database, kept in step by the database."""

from alembic import op

revision = "0006"
down_revision = "0005"

_SQLITE = (
    """CREATE VIRTUAL TABLE article_search USING fts5(
        title, text, content='articles', content_rowid='id', detail='none',
        tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER article_search_added AFTER INSERT ON articles BEGIN
        INSERT INTO article_search(rowid, title, text) VALUES (new.id, new.title, new.text);
    END""",
    """CREATE TRIGGER article_search_gone AFTER DELETE ON articles BEGIN
        INSERT INTO article_search(article_search, rowid, title, text)
        VALUES ('delete', old.id, old.title, old.text);
    END""",
    """CREATE TRIGGER article_search_changed AFTER UPDATE OF title, text ON articles BEGIN
        INSERT INTO article_search(article_search, rowid, title, text)
        VALUES ('delete', old.id, old.title, old.text);
        INSERT INTO article_search(rowid, title, text) VALUES (new.id, new.title, new.text);
    END""",
    "INSERT INTO article_search(article_search) VALUES ('rebuild')",
)
_POSTGRESQL = (
    # An index entry holds a megabyte at most; who looks for words does so in the beginning.
    """CREATE INDEX article_search ON articles USING gin
        (to_tsvector('simple', left(title || ' ' || text, 200000)))""",
)


def upgrade() -> None:
    """Build the index over what is stored already, too."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if postgresql else _SQLITE:
        op.execute(statement)
