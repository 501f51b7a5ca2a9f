/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* What goes back: progress words while it lasts, one result at the end (helper/README.md). */

G_BEGIN_DECLS

typedef struct
{
  int socket; /* -1: nobody listens (boot, a package manager's hook) */
} SutureReply;

/* One of "verifying", "copying", "mounting", "switching", "restarting". A peer that is gone changes nothing. */
void suture_reply_progress (const SutureReply *self, const char *word);

/* Sends the result: @failure (NULL when all went well), and the arrays @active and @units (taken over). */
void suture_reply_result (const SutureReply *self, const GError *failure, JsonArray *active, JsonArray *units);

G_END_DECLS
