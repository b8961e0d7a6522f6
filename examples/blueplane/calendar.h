/* calendar.h: converts days since 1970-01-01 to weeks, months and quarters, in UTC as releases
 * count them. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_US INT64_C(86400000000)

int64_t days_of(int year, int month, int day);
void civil_of(int64_t days, int *year, int *month, int *day);
int64_t monday_of(int64_t days);                   /* the Monday on or before the day */
bool read_days(int64_t *days, const char *string); /* YYYY-MM-DD */
void put_days(char out[16], int64_t days);
/* Writes "2026-W07", the name of the week that starts on this Monday. */
void put_week_name(char out[16], int64_t monday);
bool read_week_name(int64_t *monday, const char *name);
/* The first day of the month `months` after the one that contains this day. */
int64_t month_start(int64_t days, int months);

#endif
