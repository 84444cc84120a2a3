"""One whole remediation of one leaking server of eight: how long a process lived, what was dropped, and what becomes
of it when it is killed half-way.

The account's time moves only by hand here. Between Evenkeel's ticks it goes on by a minute; in the script it goes on by
whatever the script sleeps (virtual_time.py), so that its waits take no time of ours and are counted in full.
"""

import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import boto3

from bench.account import GROUPS, HERE, Account, python
from bench.tables import Table

SERVERS = 8
PEAK = 640  # requests a second; a server can serve 120
LEAKY = "memory web-3 80"
TICKS_AT_MOST = 90
AFTERWARDS = timedelta(minutes=60)
SCRIPT_EVERY = timedelta(minutes=10)  # how often cron would start it again


def account_in(directory: Path, *options: str) -> Account:
    return Account(directory, SERVERS, "--time-scale", "0", *options, peak=PEAK, more=LEAKY)


def script_in(account: Account, killed_after: str = "never") -> list[str]:
    return [python(), str(HERE / "virtual_time.py"), account.url, killed_after, *account.seed()]


@dataclass
class Whole:
    processes: int
    alive: float  # seconds
    took: timedelta  # virtual, from the first effect's tick to being healthy everywhere
    counters: dict[str, int]


def counters(account: Account) -> dict[str, int]:
    return account.summary()["counters"]


def added(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in ("dropped", "dropped_by_our_doing", "reboots",
                                                          "undrained_reboots")}


def healthy_targets(account: Account) -> dict[str, int]:
    """How many targets are healthy in each target group, as boto3 tells it."""
    elb = boto3.client("elbv2", endpoint_url=account.url, region_name=account.environment["AWS_REGION"],
                       aws_access_key_id=account.key, aws_secret_access_key=account.secret)
    found = {}
    for group in elb.describe_target_groups(Names=GROUPS)["TargetGroups"]:
        healths = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        found[group["TargetGroupName"]] = sum(one["TargetHealth"]["State"] == "healthy" for one in healths)
    return found


def all_back(account: Account) -> bool:
    return all(healthy == SERVERS for healthy in healthy_targets(account).values())


def whole_of_evenkeel(directory: Path) -> Whole:
    account = account_in(directory)
    try:
        began, before, alive = account.now(), counters(account), 0.0
        for ticks in range(1, TICKS_AT_MOST + 1):
            took = account.measure(account.evenkeel())
            if took.code != 0:
                raise RuntimeError(f"a tick ended with exit code {took.code}")
            alive += took.wall
            if ticks > 1 and all_back(account):
                return Whole(ticks, alive, account.now() - began, added(before, counters(account)))
            account.advance(minutes=1)
        raise RuntimeError(f"the remediation did not end within {TICKS_AT_MOST} ticks")
    finally:
        account.stop()


def whole_of_script(directory: Path) -> Whole:
    account = account_in(directory)
    try:
        began, before = account.now(), counters(account)
        took = account.measure(script_in(account))
        if took.code != 0 or not all_back(account):
            raise RuntimeError(f"the script ended with exit code {took.code} and {healthy_targets(account)}")
        waited = account.now() - began
        return Whole(1, waited.total_seconds() + took.wall, waited, added(before, counters(account)))
    finally:
        account.stop()


def tables(directory: Path) -> list[Table]:
    ours, script = whole_of_evenkeel(directory), whole_of_script(directory)
    return [whole_table(ours, script), killed_table(directory, script.alive)]


def whole_table(*both: Whole) -> Table:
    made = Table("One whole remediation", ["", "Evenkeel", "boto3 script"])
    made.rows = [
        ["processes", *(str(each.processes) for each in both)],
        ["seconds a process was alive", *(f"{each.alive:.1f}" for each in both)],
        ["minutes until healthy everywhere", *(f"{each.took.total_seconds() / 60:.0f}" for each in both)],
        ["requests dropped", *(f"{each.counters['dropped']:,}" for each in both)],
        ["of these by the remediation", *(f"{each.counters['dropped_by_our_doing']:,}" for each in both)],
        ["reboots", *(str(each.counters["reboots"]) for each in both)],
    ]
    return made


def killed_evenkeel(directory: Path) -> tuple[str, Account, dict[str, int]]:
    """Kills the tick that takes out the server and the tick that reboots it, each right after its first effect."""
    account = account_in(directory, "--latency", "25ms")
    before = counters(account)
    waiting_for = {"deregister", "reboot-accepted"}
    seen = len(account.facts())
    for _ in range(AFTERWARDS // timedelta(minutes=1)):
        tick = subprocess.Popen(account.evenkeel(), env=account.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while tick.poll() is None and waiting_for:
            happened = {fact["kind"] for fact in account.facts()[seen:] if fact["ours"]} & waiting_for
            if happened:
                tick.kill()
                waiting_for -= happened
        tick.wait()
        account.advance(minutes=1)
    if waiting_for:
        raise RuntimeError(f"no tick was killed after {waiting_for}")
    return "after the first deregistration, and after the reboot", account, before


def killed_script(directory: Path, alive: float) -> tuple[str, Account, dict[str, int]]:
    """Kills it in the middle of its life, and starts it again every ten minutes."""
    account = account_in(directory)
    before = counters(account)
    half = round(alive / 2)
    subprocess.run(script_in(account, str(half)), env=account.environment, stdin=subprocess.DEVNULL,
                   capture_output=True)
    for _ in range(AFTERWARDS // SCRIPT_EVERY):
        account.advance(minutes=SCRIPT_EVERY // timedelta(minutes=1))
        account.measure(script_in(account))
    return f"after {half} of its seconds", account, before


def killed_table(directory: Path, alive: float) -> Table:
    made = Table(f"Killed half-way: what is there {AFTERWARDS // timedelta(minutes=1)} minutes later",
                 ["", "Evenkeel", "boto3 script"])
    columns = []
    for when, account, before in (killed_evenkeel(directory), killed_script(directory, alive)):
        try:
            healthy, after = healthy_targets(account), added(before, counters(account))
        finally:
            account.stop()
        columns.append([when, *(f"{count} of {SERVERS}" for count in (healthy[name] for name in GROUPS)),
                        str(after["reboots"]), f"{after['dropped']:,}"])
    titles = ["killed (SIGKILL)", *(f"healthy in {name}" for name in GROUPS), "reboots", "requests dropped"]
    made.rows = [list(row) for row in zip(titles, *columns)]
    made.notes = ["Evenkeel ticked on every minute; the script was started again every ten."]
    return made
