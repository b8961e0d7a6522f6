/* calendar.h: days since 1970-01-01 as weeks, months and quarters in UTC, which is how releases count. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_US INT64_C(86400000000)

int64_t days_of(int year, int month, int day);
void civil_of(int64_t days, int *year, int *month, int *day);
int64_t monday_of(int64_t days);                   /* the one on or before */
bool read_days(int64_t *days, const char *string); /* YYYY-MM-DD */
void put_days(char out[16], int64_t days);
/* "2026-W07", of the week that a Monday begins. */
void put_week_name(char out[16], int64_t monday);
bool read_week_name(int64_t *monday, const char *name);
/* The first day of the month that holds this day, `months` on. */
int64_t month_start(int64_t days, int months);

#endif
