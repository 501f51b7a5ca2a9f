/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* What a command is asked and what it tells: its command line, lines for people, or with --json one object for programs. */

G_BEGIN_DECLS

typedef struct _SutureReport SutureReport;

/* @json: whether one object is told instead of lines. */
SutureReport *suture_report_new (gboolean json) G_GNUC_WARN_UNUSED_RESULT;
void suture_report_free (SutureReport *self);
gboolean suture_report_is_json (SutureReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureReport, suture_report_free)

typedef struct
{
  const char *arguments;     /* "FOLDER [ID…]" */
  const char *summary;       /* for --help */
  int min, max;              /* how many arguments; max -1: any number */
  const GOptionEntry *entries; /* the command's own options, or NULL */
  const GOptionEntry *shared;  /* options that it has in common with others, or NULL */
} SutureUsage;

/* Reads the options out of @argv (argv[0], the command's name, stays). SUTURE_ERROR_INVALID_ARGUMENT also for too few or too many
 * arguments. --help prints and ends the program. */
gboolean suture_report_parse (SutureReport *self, const SutureUsage *usage, int *argc, char ***argv, GError **error);

/* A line for people on standard output; none with --json. */
void suture_report_say (SutureReport *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A line "warning: …" on standard error, or with --json one more of "warnings". */
void suture_report_warn (SutureReport *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The object that is told with --json; part of @self. The command adds what people read in lines. */
JsonObject *suture_report_object (SutureReport *self);

/* Adds @text (copied) to the array @name of that object, which is made when it is missing. */
void suture_report_list (SutureReport *self, const char *name, const char *text);

/* Notes that what was asked for waits for signatures, and nothing of it is out: "state": "waiting" in that object, where it is
 * "published" otherwise. */
void suture_report_set_waiting (SutureReport *self, gboolean waiting);

/* The exit status of a command that did not fail: 0, or SUTURE_REPORT_WAITING. */
#define SUTURE_REPORT_WAITING 3
int suture_report_status (SutureReport *self);

/* The end of one round of a command that goes on: with --json the object, on one line of standard output, with @error in it if there
 * is one, as below. The next round begins with an empty one. */
void suture_report_end_round (SutureReport *self, const GError *error);

/* The end: the object on standard output, or @error on standard error; with --json as "error": NAME and "message": TEXT of the object
 * (NAME as in base/error.h), which has what was collected until then. @program and @unchanged (may be NULL) are prefixes of the line for people. */
void suture_report_finish (SutureReport *self, const char *program, const char *unchanged, const GError *error);

G_END_DECLS
