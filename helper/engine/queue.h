/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/work.h"

/* Who is next: one operation runs, a few wait (THREATS.md V16). Belongs to the main loop. */

G_BEGIN_DECLS

#define SUTURE_QUEUE_WAITING 8 /* operations that wait, of all users */
#define SUTURE_QUEUE_OF_USER 2 /* operations of one user, the one that runs included */

typedef struct _SutureQueue SutureQueue;

SutureQueue *suture_queue_new (void);
void suture_queue_free (SutureQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureQueue, suture_queue_free)

/* A fresh operation id, 128 bits of the kernel's randomness: nobody can guess another's. */
char *suture_queue_make_id (void) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @user may add one more: SUTURE_ERROR_BUSY. */
gboolean suture_queue_has_room (SutureQueue *self, guint32 user, GError **error);

/* Adds @work (a reference is taken) at the end. It does not run before suture_queue_release (). */
void suture_queue_push (SutureQueue *self, SutureWork *work);
/* The same before all that wait: something does not work, and that is more urgent than what anybody asked for. */
void suture_queue_push_first (SutureQueue *self, SutureWork *work);
void suture_queue_release (SutureQueue *self, const char *operation);

/* The next one that may run, which then runs; NULL when one runs or none is ready. */
SutureWork *suture_queue_start (SutureQueue *self);
void suture_queue_finish (SutureQueue *self);
SutureWork *suture_queue_get_running (SutureQueue *self); /* or NULL */

/* By id, running or waiting; NULL when there is none. */
SutureWork *suture_queue_find (SutureQueue *self, const char *operation);
/* Takes one that waits and is ready out; FALSE when it runs, is not ready, or is not there. */
gboolean suture_queue_drop (SutureQueue *self, const char *operation);
gboolean suture_queue_is_empty (SutureQueue *self);

G_END_DECLS
