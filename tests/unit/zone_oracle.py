#!/usr/bin/env python3
"""Prints what Python's zoneinfo says about zones, for test_time.c to compare with.

    zone NAME
    at SECONDS OFFSET YEAR MONTH DAY HOUR MINUTE SECOND
    day YEAR MONTH DAY SECONDS

"at" lines are instants on both sides of changes of the offset and at random, from 1970 to 2100; "day" lines say when a
civil day begins: the first instant that has the date, found by search, or that of the next date if the zone skipped it.
The table is the same on every run with the same zone files.
"""
import datetime
import os
import random
import sys
import zoneinfo

FOLDERS = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"]
EPOCH = datetime.datetime(1970, 1, 1)
DAY = 86400
FIRST = 0
LAST = int((datetime.datetime(2100, 1, 1) - EPOCH).total_seconds())
# Zones with skipped and repeated midnights and days, unusual offsets and rules.
NOTABLE = {
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Monrovia", "America/Asuncion", "America/Caracas",
    "America/Godthab", "America/Havana", "America/New_York", "America/Sao_Paulo", "America/Scoresbysund",
    "America/St_Johns", "America/Toronto", "Antarctica/Troll", "Asia/Amman", "Asia/Beirut", "Asia/Gaza",
    "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila", "Asia/Pyongyang", "Asia/Tehran", "Atlantic/Azores",
    "Australia/Lord_Howe", "Europe/Berlin", "Europe/Dublin", "Pacific/Apia", "Pacific/Chatham", "Pacific/Enderbury",
    "Pacific/Fakaofo", "Pacific/Kiritimati", "Pacific/Kwajalein",
}


def distinct_zones():
    """Names of zones with different files: one name for equal ones, notable names first."""
    seen = set()
    for name in sorted(zoneinfo.available_timezones(), key=lambda name: (name not in NOTABLE, name)):
        for folder in FOLDERS:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read()
                if content not in seen:
                    seen.add(content)
                    yield name
                break


def local_time(zone, seconds):
    return datetime.datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)


def offset(zone, seconds):
    difference = local_time(zone, seconds) - EPOCH
    return difference.days * DAY + difference.seconds - seconds


def changes(zone, step):
    """Instants at which the offset changes, as far as samples every `step` seconds show it."""
    before, before_offset = FIRST, offset(zone, FIRST)
    for now in range(FIRST + step, LAST, step):
        now_offset = offset(zone, now)
        if now_offset != before_offset:
            low, high = before, now
            while high - low > 1:
                middle = (low + high) // 2
                if offset(zone, middle) == before_offset:
                    low = middle
                else:
                    high = middle
            yield high
        before, before_offset = now, now_offset


def day_start(zone, date):
    """Searches for the date in steps of a quarter of an hour, then closer."""
    midnight = (date - EPOCH.date()).days * DAY
    greatest = max(offset(zone, midnight + hours * 3600) for hours in (-26, -12, 0, 12, 26))
    first = midnight - greatest - 3 * 3600
    first -= first % 900
    for seconds in range(first, midnight + 2 * DAY, 900):
        if local_time(zone, seconds).date() == date:
            low, high = seconds - 900, seconds
            while high - low > 1:
                middle = (low + high) // 2
                if local_time(zone, middle).date() == date:
                    high = middle
                else:
                    low = middle
            return high
    return day_start(zone, date + datetime.timedelta(days=1))


def table(out):
    chance = random.Random(1)
    for name in distinct_zones():
        zone = zoneinfo.ZoneInfo(name)
        notable = name in NOTABLE
        instants, dates = set(), set()
        for change in changes(zone, (20 if notable else 80) * DAY):
            if not notable and chance.random() < 0.7:
                continue
            instants.update((change - 1, change, change + 1))
            if chance.random() < (0.3 if notable else 0.1):
                around = local_time(zone, change).date()
                dates.update(around + datetime.timedelta(days=days) for days in (-1, 0, 1, 2))
        instants.update(chance.randrange(FIRST, LAST) for _ in range(40))
        dates.update(local_time(zone, chance.randrange(FIRST + 2 * DAY, LAST)).date() for _ in range(3))
        out.write(f"zone {name}\n")
        for seconds in sorted(instants):
            here = local_time(zone, seconds)
            out.write(f"at {seconds} {offset(zone, seconds)} {here.year} {here.month} {here.day} "
                      f"{here.hour} {here.minute} {here.second}\n")
        for date in sorted(dates):
            out.write(f"day {date.year} {date.month} {date.day} {day_start(zone, date)}\n")


if __name__ == "__main__":
    zoneinfo.reset_tzpath(FOLDERS)
    table(sys.stdout)
