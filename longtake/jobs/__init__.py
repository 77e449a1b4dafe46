"""Jobs at paid providers: submitted once, waited for, fetched, checked and settled; recovered when a run died."""

from longtake.jobs.account import Account
from longtake.jobs.calls import Calls
from longtake.jobs.desk import Desk
from longtake.jobs.maker import PaidMaker
from longtake.jobs.recover import RECOVERABLE, Recovery, is_recoverable, recover_job

__all__ = ["RECOVERABLE", "Account", "Calls", "Desk", "PaidMaker", "Recovery", "is_recoverable", "recover_job"]
