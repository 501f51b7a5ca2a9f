/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report.h"

/* The commands of suture-publish. Each reads its own options from @argv (argv[0] is the command's name) with
 * suture_report_parse (), and tells @report what it did. To add one: its file, a line here, and a row in main.c. */

G_BEGIN_DECLS

gboolean suture_command_init (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_make (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_lint (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_publish (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_discard (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_restore (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_withdraw (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_rollout (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_refresh (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_show (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_key (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_sign (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_log (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_simulate (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_follow (SutureReport *report, int argc, char **argv, GError **error);
gboolean suture_command_approve (SutureReport *report, int argc, char **argv, GError **error);

G_END_DECLS
