"""What comes out right in any order, though ids and clocks differ; each beside a twin that gets it wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from sqlalchemy import DateTime, ForeignKey, Update, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from fuzz import Target, operation

WORD = st.sampled_from(["x", "y"])


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB}  # noqa: RUF012 - SQLAlchemy's own


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Entry(Base):
    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str]


class Port(Base):
    __tablename__ = "ports"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Binding(Base):
    __tablename__ = "bindings"

    id: Mapped[int] = mapped_column(primary_key=True)
    port_id: Mapped[int] = mapped_column(ForeignKey("ports.id"))
    host: Mapped[str]


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    balance: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own


class Paper(Base):
    __tablename__ = "papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]
    revised: Mapped[datetime]


class Bid(Base):
    __tablename__ = "bids"

    bidder: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Document(Base):
    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]


class Bag(Base):
    __tablename__ = "bags"

    id: Mapped[int] = mapped_column(primary_key=True)
    packed: Mapped[bytes]


class AlreadyExistsError(Exception):
    pass


class ConflictError(Exception):
    pass


class _Tables(Target):
    metadata = Base.metadata
    expected = (AlreadyExistsError, ConflictError)
    expire_on_commit = False

    def seed(self, session: Session) -> None:
        session.add(Account(id=1, owner="", balance=10))
        session.add(Paper(id=1, body="", revised=datetime(2020, 1, 1, tzinfo=UTC)))
        session.add(Document(id=1, content={"at": "", "words": []}))


class Creating(_Tables):
    """A unique violation is turned into the answer that who comes later gets anyway."""

    @operation
    def add(self, session: Session) -> str:
        if session.scalar(select(Tag).where(Tag.name == "tea")) is not None:
            raise AlreadyExistsError
        session.add(Tag(name="tea"))
        try:
            session.commit()
        except IntegrityError:
            return self.answer()
        return "created"

    def answer(self) -> str:
        raise AlreadyExistsError from None


class CreatingTwice(Creating):
    """The answer is that of who came first."""

    def answer(self) -> str:
        return "created"


class CreatingAloud(Creating):
    """The answer is right, and what was behind it is left in it."""

    def answer(self) -> str:
        raise AlreadyExistsError


class Tagging(_Tables):
    """An INSERT is tried in a savepoint; when it fails, that is rolled back, and the other's row read."""

    @operation
    def tag(self, session: Session) -> int:
        found = session.scalar(select(Tag).where(Tag.name == "tea"))
        if found is None:
            found = Tag(name="tea")
            try:
                with session.begin_nested():
                    session.add(found)
            except IntegrityError:
                found = self.again(session, found)
        session.commit()
        return found.id

    def again(self, session: Session, tried: Tag) -> Tag:
        return session.scalars(select(Tag).where(Tag.name == "tea")).one()


class TaggingBlindly(Tagging):
    """What was tried is taken for what is there."""

    def again(self, session: Session, tried: Tag) -> Tag:
        return tried


class Renaming(_Tables):
    """Who writes last wins, as in either order."""

    @operation(word=WORD)
    def rename(self, session: Session, word: str) -> None:
        paper = session.get_one(Paper, 1)
        paper.body = self.renamed(paper.body, word)
        session.commit()

    def renamed(self, old: str, word: str) -> str:
        return word


class Appending(Renaming):
    """Who writes last wins, but should have gone on from what the other wrote."""

    def renamed(self, old: str, word: str) -> str:
        return old + word


class Numbering(_Tables):
    """Ports and bindings draw their ids in the order that they happen to come in, and fit together."""

    @operation(word=WORD)
    def bind(self, session: Session, word: str) -> int:
        port = Port(name=word)
        session.add(port)
        session.flush()
        session.add(Binding(port_id=self.bound(session, port), host=word))
        session.commit()
        return port.id

    def bound(self, session: Session, port: Port) -> int:
        return port.id


class NumberingByGuess(Numbering):
    """The highest id is taken for one's own."""

    def bound(self, session: Session, port: Port) -> int:
        return session.scalars(select(func.max(Port.id))).one()


class Stamping(_Tables):
    """A timestamp is the revision: who has read another one than is there is refused."""

    revision = "revised"

    @operation(word=WORD)
    def append(self, session: Session, word: str) -> None:
        body, revised = session.execute(select(Paper.body, Paper.revised)).one()
        changed = {"body": body + word, "revised": datetime.now(UTC)}
        if session.scalar(self.ours(revised).values(changed).returning(Paper.id)) is None:
            raise ConflictError
        session.commit()

    def ours(self, revised: datetime) -> Update:
        return update(Paper).where(Paper.revised == revised)


class Unstamped(Stamping):
    """The timestamp is written, and never compared."""

    def ours(self, revised: datetime) -> Update:
        return update(Paper)


class StampingFromTheFirst(Stamping):
    """The first timestamp is drawn from the clock, too."""

    def seed(self, session: Session) -> None:
        session.add(Paper(id=1, body="", revised=datetime.now(UTC)))


class Expiring(_Tables):
    """What is appended to a paper in its first minutes; later it begins anew."""

    def seed(self, session: Session) -> None:
        session.add(Paper(id=1, body="", revised=datetime.now(UTC) + timedelta(minutes=5)))

    @operation(word=WORD)
    def append(self, session: Session, word: str) -> None:
        paper = session.get_one(Paper, 1)
        paper.body = paper.body + word if datetime.now(UTC) < paper.revised else f"again {datetime.now(UTC)}"
        session.commit()


class Bidding(_Tables):
    """Who has the latest timestamp is taken for who came last."""

    @operation(word=WORD)
    def bid(self, session: Session, word: str) -> str:
        session.add(Bid(bidder=word, at=datetime.now(UTC)))
        session.flush()
        latest = session.scalars(select(Bid.bidder).order_by(Bid.at.desc()).limit(1)).one()
        session.commit()
        return latest


class Counting(_Tables):
    """Entries are counted twice, and it does not matter what comes of it."""

    @operation
    def count(self, session: Session) -> None:
        counted = [session.scalar(select(func.count()).select_from(Entry)) for _ in range(2)]
        session.add(Entry(line="counted"))
        if counted[0] != counted[1]:
            self.tell(session)
        session.commit()

    def tell(self, session: Session) -> None:
        pass


class CountingAloud(Counting):
    """Where the two differ, the time is taken down."""

    def tell(self, session: Session) -> None:
        session.get_one(Paper, 1).revised = datetime.now(UTC)


class Merging(_Tables):
    """A paper that was read in an earlier transaction is merged over what has become of it."""

    @operation
    def revise(self, session: Session) -> None:
        paper = session.get_one(Paper, 1)
        session.close()
        paper.revised = datetime.now(UTC)
        session.merge(paper)
        session.commit()

    @operation(word=WORD)
    def append(self, session: Session, word: str) -> None:
        session.get_one(Paper, 1, with_for_update=True).body += word
        session.commit()


class Documenting(_Tables):
    """A document with clocks in it is replaced as a whole, by who holds it."""

    lock: ClassVar[bool] = True

    @operation(word=WORD)
    def write(self, session: Session, word: str) -> dict[str, Any]:
        document = session.get_one(Document, 1, with_for_update=self.lock)
        said = {"word": word, "at": datetime.now(UTC).timestamp()}
        document.content = {"at": datetime.now(UTC).isoformat(), "words": [*document.content["words"], said]}
        session.commit()
        return document.content


class DocumentingUnheld(Documenting):
    """By who has read it."""

    lock = False


class Depositing(_Tables):
    """Who has read another version than is there gives up, and has done nothing."""

    @operation
    def deposit(self, session: Session) -> None:
        told = self.announce(session)
        session.get_one(Account, 1).balance += 1
        try:
            session.commit()
        except StaleDataError:
            self.take_back(session, told)
            raise ConflictError from None

    def announce(self, session: Session) -> Entry | None:
        return None

    def take_back(self, session: Session, told: Entry | None) -> None:
        pass


class DepositingAloud(Depositing):
    """Who gives up has told of it already."""

    def announce(self, session: Session) -> Entry:
        entry = Entry(line="one more")
        session.add(entry)
        session.commit()
        return entry


class DepositingAndTakingBack(DepositingAloud):
    """Who gives up takes back what it has told of."""

    def take_back(self, session: Session, told: Entry | None) -> None:
        session.rollback()
        session.delete(told)
        session.commit()


class Reporting(Depositing):
    """Of much that is told of an account, two things are looked up, one after the other."""

    @operation
    def report(self, session: Session) -> dict[str, object]:
        balance, version = (session.scalar(select(column)) for column in (Account.balance, Account.version))
        return {"account": "as it is in the books of the bank, by the hour", "balance": balance, "version": version}


class Overdrawing(Depositing):
    """Who finds too little pays a fee; in no order is it paid though somebody has seen that there was enough before."""

    def seed(self, session: Session) -> None:
        session.add_all([Account(id=1, owner="", balance=5), Account(id=2, owner="", balance=5)])

    @operation
    def fill(self, session: Session) -> None:
        session.get_one(Account, 2).balance += 20
        session.commit()

    @operation
    def report(self, session: Session) -> list[int]:
        return list(session.scalars(select(Account.balance).order_by(Account.id)))

    @operation
    def withdraw(self, session: Session) -> None:
        fee = int(session.scalars(select(func.sum(Account.balance))).one() < 15)
        session.execute(update(Account).where(Account.id == 1).values(balance=Account.balance - 10 - fee))
        session.commit()


class Refusing(Depositing):
    """That somebody asks is taken down, and refused in any case, for one of two reasons."""

    @operation
    def ask(self, session: Session) -> None:
        session.add(Entry(line="asked"))
        session.commit()
        before, after = (session.scalar(select(Account.balance)) for _ in range(2))
        raise ConflictError if before == after else AlreadyExistsError


class Failing(Depositing):
    """One of the operations fails whoever else is there."""

    @operation
    def fail(self, session: Session) -> None:
        raise KeyError(session.get_one(Account, 1).owner)


class Packing(_Tables):
    """All that a bag holds is one value, in bytes, and is put back as a whole."""

    def seed(self, session: Session) -> None:
        session.add(Bag(id=1, packed=b"\x00" + 20 * b"sock "))

    @operation(word=WORD)
    def pack(self, session: Session, word: str) -> None:
        session.get_one(Bag, 1).packed += word.encode()
        session.commit()
