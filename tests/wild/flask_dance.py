"""flask-dance==7.1.0: OAuth tokens in a table, one for each provider."""

from __future__ import annotations

from flask_dance.consumer.storage.sqla import OAuthConsumerMixin, SQLAlchemyStorage
from flask_dance.contrib.github import make_github_blueprint
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Session

from fuzz import Target, operation

GITHUB = make_github_blueprint("client", "secret")


class Base(DeclarativeBase):
    """The classes mapped here."""


class OAuth(OAuthConsumerMixin, Base):
    """The tokens, as the package's documentation has them."""


class Token(Target):
    """`set` twice: two tokens are stored, and every later `get` raises MultipleResultsFound.

    Each deletes what is there and inserts its own; no constraint says that there is one token for each provider.
    """

    metadata = Base.metadata

    @operation(token=st.sampled_from(["first", "second"]))
    def set(self, session: Session, token: str) -> None:
        SQLAlchemyStorage(OAuth, session).set(GITHUB, {"access_token": token})

    @operation
    def get(self, session: Session) -> object:
        return SQLAlchemyStorage(OAuth, session).get(GITHUB)
