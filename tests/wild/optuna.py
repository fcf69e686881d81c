"""optuna==5.0.0: studies and trials in a relational storage, which keeps one session a thread."""

from __future__ import annotations

from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.study import StudyDirection

from fuzz import Target, operation

STUDY = 1


class _Study(Target):
    def open(self, url: str) -> RDBStorage:
        return RDBStorage(url)

    def seed(self, app: RDBStorage) -> None:
        app.create_new_study([StudyDirection.MINIMIZE], "study")


class _Deleted(_Study):
    expected = (KeyError, StorageInternalError)  # what optuna says of a study that is gone, and of a failing database

    @operation
    def delete_study(self, app: RDBStorage) -> None:
        app.delete_study(STUDY)


class NewTrialOfDeletedStudy(_Deleted):
    """`create_new_trial` against `delete_study`: the study is still there after its deletion succeeded.

    The foreign key of the new trial refuses the DELETE; `delete_study` swallows the IntegrityError and returns as if
    all were well.
    """

    @operation
    def create_new_trial(self, app: RDBStorage) -> int:
        return app.create_new_trial(STUDY)


class IncompatibleDistributions(_Study):
    """`set_trial_param` of two trials: a parameter gets two distributions that do not go together.

    Each looks for the parameter in the study's other trials, finds none, and stores its own. The second of two calls,
    one after the other, is refused with a ValueError.
    """

    expected = (ValueError,)

    def seed(self, app: RDBStorage) -> None:
        super().seed(app)
        for _ in range(2):
            app.create_new_trial(STUDY)

    @operation
    def suggest_float(self, app: RDBStorage) -> None:
        app.set_trial_param(1, "x", 0.5, FloatDistribution(0, 1))

    @operation
    def suggest_categorical(self, app: RDBStorage) -> None:
        app.set_trial_param(2, "x", 0, CategoricalDistribution(["a", "b"]))


class ValueOfDeletedStudy(_Deleted):
    """`set_trial_intermediate_value` against `delete_study`: StaleDataError, inside a StorageInternalError.

    The study's deletion loads the values one by one and deletes them by key; so does the report of a value, which
    updates what is no longer there.
    """

    def seed(self, app: RDBStorage) -> None:
        super().seed(app)
        for _ in range(2):
            app.create_new_trial(STUDY)
        app.set_trial_intermediate_value(1, 1, 0.5)

    @operation(trial=st.sampled_from([1, 2]), step=st.sampled_from([1, 2]))
    def report(self, app: RDBStorage, trial: int, step: int) -> None:
        app.set_trial_intermediate_value(trial, step, 0.9)


class StudyAttributes(_Study):
    """`set_study_user_attr` twice: the last writer wins, as in a serial order. Silent."""

    @operation(value=st.sampled_from(["red", "blue"]))
    def set_attribute(self, app: RDBStorage, value: str) -> None:
        app.set_study_user_attr(STUDY, "colour", value)
