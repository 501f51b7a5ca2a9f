/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What this user was told already, in $XDG_STATE_HOME/suture/notifier: so that nothing is said twice, however often one logs in. */

G_BEGIN_DECLS

typedef struct _SutureMemory SutureMemory;

/* What can't be read counts as nothing told. */
SutureMemory *suture_memory_new (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_memory_free (SutureMemory *self);

/* Whether the user was told that improvements are installed automatically. Setting writes the file; what can't be written holds
 * until this program ends. */
gboolean suture_memory_get_announced (SutureMemory *self);
void suture_memory_set_announced (SutureMemory *self);

/* The newest record of history that was looked at; 0: none yet. Setting as above; it never goes back. */
guint64 suture_memory_get_record (SutureMemory *self);
void suture_memory_set_record (SutureMemory *self, guint64 id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureMemory, suture_memory_free)

G_END_DECLS
