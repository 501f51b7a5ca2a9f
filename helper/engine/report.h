/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What suture-local says about what it leaves to the system update: /var/lib/suture-local/report.json (publisher/local/README.md,
 * "The report"). Another system user's file: only ever shown. */

G_BEGIN_DECLS

#define SUTURE_REPORT_LEFT_MAX 1024 /* as the contract says */

typedef struct
{
  char *component; /* strings are clean, on one line (owned) */
  char *installed; /* version */
  char *fixed;     /* version */
  char *why;
  char *detail;
} SutureReportLeft;

typedef struct
{
  GPtrArray *left;     /* SutureReportLeft (owned) */
  gint64 archive_time; /* seconds since the epoch; 0: not known */
} SutureReport;

/* Never NULL: what can't be read or understood is said in the log, and empty. */
SutureReport *suture_report_load (void) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing was reported. */
SutureReport *suture_report_new_none (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_report_free (SutureReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureReport, suture_report_free)

G_END_DECLS
