/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/choice.h"
#include "engine/sign-in.h"
#include "engine/waits.h"
#include "engine/watcher.h"
#include "engine/work.h"

/* The helper without its bus: accepts operations, runs one at a time in a thread, publishes one immutable snapshot of
 * everything. Belongs to the main loop and never blocks it. Signal "changed": there is a new snapshot. */

G_BEGIN_DECLS

#define SUTURE_TYPE_ENGINE (suture_engine_get_type ())
G_DECLARE_FINAL_TYPE (SutureEngine, suture_engine, SUTURE, ENGINE, GObject)

/* What is, at one moment. All of it stays the engine's until its next "changed". */
typedef struct
{
  SutureFacts *facts;          /* (owned) */
  SutureFeeds *feeds;          /* never NULL (owned) */
  const char *activity;        /* static */
  const char *operation;       /* "" when idle; strings are (owned) by what runs */
  const char *kind;            /* "" when idle */
  char improvement[SUTURE_NAME_MAX + 1];
  guint64 bytes_done, bytes_total;
  gboolean cancellable;
  SutureChoice choice;         /* as it is stored */
  SutureChoice chosen;         /* what holds: the policy's word where it has one; a pause that has passed is none */
  SutureAdminPolicy *policy;   /* NULL: nothing is loaded yet (owned) */
  SutureWaits *waits;          /* NULL: the same (owned) */
  guint64 waits_number;        /* rises when the last two say something else */
  GPtrArray *results;          /* SutureResult, oldest first (owned) */
  GPtrArray *watched;          /* SutureWatched: what is looked after since its installation; NULL: nothing (owned) */
} SutureSnapshot;

SutureEngine *suture_engine_new (void);

/* Reads what was left, without network, and then finishes or undoes what was interrupted. "changed" is emitted when the
 * first part is done, and suture_engine_is_loaded () is TRUE from then on. */
void suture_engine_start (SutureEngine *self);
gboolean suture_engine_is_loaded (SutureEngine *self);

/* Nothing runs, waits, or is being written. */
gboolean suture_engine_is_idle (SutureEngine *self);

/* Something that was installed is still watched, or has to be taken out: the process has to stay. */
gboolean suture_engine_is_watching (SutureEngine *self);

/* What is true now; stays @self's, and holds until the next "changed". */
const SutureSnapshot *suture_engine_get_snapshot (SutureEngine *self);

/* The plan for @id as things are now: engine/plan.h. */
SuturePlan *suture_engine_plan (SutureEngine *self, SuturePlanKind kind, const char *id, GError **error);

/* Accepts an operation for @user, by now permitted: check and automatic with @plan NULL, install and remove with the plan
 * that was permitted. Answers when its line in the journal is on the disk, with its id; it ends in one result, whatever
 * happens. SUTURE_ERROR_BUSY, _RATE_LIMITED (automatic), _NO_SPACE, _UNAVAILABLE (not loaded yet, or ending). */
void suture_engine_submit (SutureEngine *self,
                           const char *kind,
                           SuturePlan *plan,
                           guint32 user,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* The same to turn the local feed @on, or off. SUTURE_ERROR_NOT_FOUND: suture-local is not installed. */
void suture_engine_submit_local_feed (SutureEngine *self, gboolean on, guint32 user, GAsyncReadyCallback callback, gpointer user_data);
char *suture_engine_submit_finish (SutureEngine *self, GAsyncResult *result, GError **error);

/* Whether @user began @operation, which runs, waits, or was one of the last to end. */
gboolean suture_engine_owns (SutureEngine *self, const char *operation, guint32 user);

/* SUTURE_ERROR_NOT_FOUND, _NOT_CANCELLABLE. */
gboolean suture_engine_cancel (SutureEngine *self, const char *operation, GError **error);

/* Changes the stored choice, as suture_choice_change () does, and answers when that is on the disk and the snapshot shows it.
 * Errors as there; SUTURE_ERROR_UNAVAILABLE (not loaded yet). */
void suture_engine_choose (SutureEngine *self,
                           SutureChoiceWhat what,
                           const SutureChoice *wanted,
                           gboolean may_weaken,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean suture_engine_choose_finish (SutureEngine *self, GAsyncResult *result, GError **error);

/* What the computer's surroundings are, from now on. suture_engine_await_conditions (): somebody will call this soon, and until then
 * automatic runs wait. */
void suture_engine_set_conditions (SutureEngine *self, const SutureConditions *conditions);
void suture_engine_await_conditions (SutureEngine *self);

/* Whether the administrator's policy, as its files are now, leaves @what to a person. SUTURE_ERROR_MANAGED. */
gboolean suture_engine_permits (SutureEngine *self, SutureAdminWhat what, GError **error);

/* The same of turning the local feed on. */
gboolean suture_engine_permits_local_feed (SutureEngine *self, GError **error);

/* Array of SutureRecord: history/record.h. SUTURE_ERROR_UNAVAILABLE (not loaded yet). */
void suture_engine_history (SutureEngine *self,
                            guint64 before,
                            guint limit,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GPtrArray *suture_engine_history_finish (SutureEngine *self, GAsyncResult *result, GError **error);

/* What signing in to @feed would do, frozen before anybody is asked: engine/sign-in.h. @user NULL: signing out.
 * SUTURE_ERROR_INVALID_ARGUMENT, _NOT_FOUND, _UNAVAILABLE (not loaded yet). */
SutureSignIn *suture_engine_plan_sign_in (
    SutureEngine *self, const char *feed, const char *user, const char *secret, GError **error);
/* Does that, by now permitted; answers when it is on the disk and the snapshot shows it. */
void suture_engine_sign_in (SutureEngine *self, SutureSignIn *plan, GAsyncReadyCallback callback, gpointer user_data);
gboolean suture_engine_sign_in_finish (SutureEngine *self, GAsyncResult *result, GError **error);

/* Something else, a package manager, has changed the system: looks at what root holds now, soon, and has history say it. */
void suture_engine_look_again (SutureEngine *self);

/* Accepts nothing more and cancels what can be cancelled, what waits included: the program is about to end. */
void suture_engine_stop (SutureEngine *self);

G_END_DECLS
