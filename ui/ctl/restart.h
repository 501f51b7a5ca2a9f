/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"
#include "ctl/exit-code.h"

/* A restart of the computer, for what only that completes: never by itself, always by logind, which asks polkit and looks at who
 * inhibits it. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_RESTART_ORDINARY,
  SUTURE_RESTART_SOFT, /* of all programs, with the same kernel: from systemd 254 on (systemd-soft-reboot.service(8)) */
} SutureRestartKind;

/* Which one this system can do, by the version that its systemd gives; ORDINARY where that can't be asked. Blocks for some seconds at
 * most. */
SutureRestartKind suture_restart_find_kind (void);

/* The major version of what systemd calls its version ("252.39-1~deb12u1", "v254"); 0: none. */
guint suture_restart_parse_version (const char *version);

/* The names of what still runs the old version of an active improvement, with commas between; NULL: nothing does. */
char *suture_restart_list_owed (SutureClient *client) G_GNUC_WARN_UNUSED_RESULT;

/* Says what a restart of @kind completes (@owed may be NULL) and means, unless @quiet, and whether it is wanted: @yes, or the answer on
 * the terminal. @code (out): what to end with where it is not. */
gboolean suture_restart_decide (SutureRestartKind kind, const char *owed, gboolean yes, gboolean quiet, SutureExitCode *code);

/* Ends when logind has taken the request. SUTURE_ERROR_NOT_AUTHORIZED, SUTURE_ERROR_UNAVAILABLE (there is no logind),
 * SUTURE_ERROR_FAILED (its own words: somebody inhibits it, …). */
void suture_restart_async (SutureRestartKind kind, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_restart_finish (GAsyncResult *result, GError **error);

G_END_DECLS
