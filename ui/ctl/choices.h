/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/client.h"

/* What people choose about what is installed by itself, as commands: automatic, pause, delay and metered. */

G_BEGIN_DECLS

typedef struct
{
  const char *command; /* automatic, pause, delay, metered (static) */
  gboolean on;         /* automatic, metered; and pause where there is one */
  gint64 until;        /* pause: seconds since the epoch, 0: none */
  guint days;          /* delay */
  gboolean exploited;  /* delay: what is used in attacks waits as well */
} SutureChoice;

/* Reads what stands behind @command: on or off; DAYS (1 to 366), DATE (2026-06-04: until that day begins) or off; DAYS (0 to 30).
 * FALSE: it is none of these. @now: seconds since the epoch. */
gboolean suture_choice_parse (SutureChoice *choice, const char *command, const char *argument, gboolean exploited, gint64 now);

/* Has the helper store it; ends by suture_client_set_finish (). */
void suture_choice_send (const SutureChoice *choice, SutureClient *client, GAsyncReadyCallback callback, gpointer user_data);

/* What is then, as a new sentence. @now: seconds since the epoch. */
char *suture_choice_done (const SutureChoice *choice, gint64 now) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
