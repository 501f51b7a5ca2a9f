/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "client/facts.h"
#include "client/feed.h"
#include "client/improvement.h"
#include "client/record.h"

/* The helper as an unprivileged program sees it; the only user of the generated proxies. Everything is asynchronous and
 * in the thread-default main context. The helper leaves the bus when it is idle: what it said last stays, and the next
 * call starts it again. Errors are SUTURE_ERROR; a helper that can't be reached is SUTURE_ERROR_UNAVAILABLE.
 *
 * Signal "changed": facts, improvements, feeds or reachability are different from before. */

G_BEGIN_DECLS

#define SUTURE_TYPE_CLIENT (suture_client_get_type ())
G_DECLARE_FINAL_TYPE (SutureClient, suture_client, SUTURE, CLIENT, GObject)

/* What the helper can be told to work on. */
typedef enum
{
  SUTURE_WORK_CHECK,
  SUTURE_WORK_INSTALL,
  SUTURE_WORK_REMOVE,
  SUTURE_WORK_AUTOMATIC,
} SutureWork;

/* @interactive: whether polkit may ask the user for a password. */
SutureClient *suture_client_new (gboolean interactive) G_GNUC_WARN_UNUSED_RESULT;

/* Reaches the helper, starting it, and loads everything; once, before all other calls. After a failure the client still
 * waits for a helper, and says so by "changed". */
void suture_client_connect_async (SutureClient *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_client_connect_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* NULL when the helper was reached and all it said is known; else why not. */
const GError *suture_client_get_error (SutureClient *self);

/* Never NULL; valid until the next "changed". */
const SutureFacts *suture_client_get_facts (SutureClient *self);

/* All known improvements (SutureImprovement), by number; owned by @self. */
GListModel *suture_client_get_improvements (SutureClient *self);

/* The improvement of this id, or NULL; borrowed. */
SutureImprovement *suture_client_find (SutureClient *self, const char *id);

/* All feeds that can be used (SutureFeed), by name; owned by @self. */
GListModel *suture_client_get_feeds (SutureClient *self);

/* The feed of this name, or NULL; borrowed. */
SutureFeed *suture_client_find_feed (SutureClient *self, const char *name);

/* Ends when the work has ended, not when it has begun. @id: for INSTALL and REMOVE, else NULL. Cancelling @cancellable
 * asks the helper to stop; the result tells whether it did. */
void suture_client_run_async (SutureClient *self, SutureWork work, const char *id, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_client_run_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* Stops @operation, whoever started it. */
void suture_client_cancel_async (SutureClient *self, const char *operation, GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean suture_client_cancel_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* What people choose about what is installed by itself; stored when it ends, by suture_client_set_finish (). */
void suture_client_set_automatic_async (SutureClient *self, gboolean automatic, GAsyncReadyCallback callback,
                                        gpointer user_data);
/* @until: seconds since the epoch, at most 366 days ahead; 0: no pause. */
void suture_client_set_pause_async (SutureClient *self, gint64 until, GAsyncReadyCallback callback, gpointer user_data);
/* @days: 0 to 30. @exploited: whether what is used in attacks waits as well. */
void suture_client_set_delay_async (SutureClient *self, guint days, gboolean exploited, GAsyncReadyCallback callback,
                                    gpointer user_data);
void suture_client_set_metered_async (SutureClient *self, gboolean use, GAsyncReadyCallback callback, gpointer user_data);
/* Says that a person has been shown that improvements are installed automatically, and how to change that; no
 * password is asked for it. */
void suture_client_announce_async (SutureClient *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_client_set_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* Turns the local feed on (and has it checked) or off. Ends when the work has ended; cancelling as for suture_client_run_async (). */
void suture_client_set_local_feed_async (SutureClient *self, gboolean on, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_client_set_local_feed_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* Has the helper keep a token (@user "") or a password for @feed; kept when it ends. client/sign-in.h tries it, too. */
void suture_client_keep_credential_async (SutureClient *self, const char *feed, const char *user, const char *secret,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_client_keep_credential_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* Has the helper erase what it keeps for @feed; erased when it ends. */
void suture_client_sign_out_async (SutureClient *self, const char *feed, GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_client_sign_out_finish (SutureClient *self, GAsyncResult *result, GError **error);

/* At most @limit (1 to 200) records older than @before (0: from the newest), newest first: an array of SutureRecord. */
void suture_client_get_history_async (SutureClient *self, guint64 before, guint limit, GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *suture_client_get_history_finish (SutureClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
