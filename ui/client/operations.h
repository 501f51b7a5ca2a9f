/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "client/facts.h"

/* Who waits for the end of which operation. An operation ends by its entry in Results, never by a late reply; if the
 * helper was lost in the middle, its next start writes that entry. */

G_BEGIN_DECLS

typedef struct _SutureOperations SutureOperations;

SutureOperations *suture_operations_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Whoever still waits is told SUTURE_ERROR_CANCELLED. */
void suture_operations_free (SutureOperations *self);

/* Takes @task, a boolean one, and returns TRUE through it for an ok result, else the result's error. */
void suture_operations_add (SutureOperations *self, const char *operation, GTask *task);

/* Whether nobody waits. */
gboolean suture_operations_is_empty (SutureOperations *self);

/* The helper left the bus: what waits now may have no end there when it is back. */
void suture_operations_helper_left (SutureOperations *self);

/* Ends what has an entry in @facts. With @last, what the helper neither runs nor remembers after it was away ends with
 * SUTURE_ERROR_INTERRUPTED. TRUE if something is left that @last would end. */
gboolean suture_operations_settle (SutureOperations *self, const SutureFacts *facts, gboolean last);

/* Ends everything with a copy of @error. */
void suture_operations_fail (SutureOperations *self, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureOperations, suture_operations_free)

G_END_DECLS
