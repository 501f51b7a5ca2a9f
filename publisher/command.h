/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The commands of suture-publish. Each reads its own options from @argv (argv[0] is the command's name) and prints what
 * it did. */

G_BEGIN_DECLS

gboolean suture_command_init (int argc, char **argv, GError **error);
gboolean suture_command_make (int argc, char **argv, GError **error);
gboolean suture_command_lint (int argc, char **argv, GError **error);
gboolean suture_command_publish (int argc, char **argv, GError **error);
gboolean suture_command_discard (int argc, char **argv, GError **error);
gboolean suture_command_restore (int argc, char **argv, GError **error);

G_END_DECLS
