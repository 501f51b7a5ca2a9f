/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The one database of the helper, SUTURE_PATH_DATABASE: journal, history, results, settings. A commit is on the disk when
 * the call returns. All calls block on the disk and may come from any thread. */

G_BEGIN_DECLS

typedef struct _SutureDatabase SutureDatabase;

/* Opens the database, or makes it. One that is damaged, of another program or of a newer Suture is renamed to
 * suture.db.set-aside and a new one is started; where not even that can be written, one in memory is used, so that what is
 * installed can still be seen and removed. Both are said in the log. Never NULL. */
SutureDatabase *suture_database_open (void) G_GNUC_WARN_UNUSED_RESULT;
void suture_database_free (SutureDatabase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDatabase, suture_database_free)

/* FALSE: nothing written will be there after this process. */
gboolean suture_database_is_lasting (SutureDatabase *self);

/* TRUE: an older database was set aside when this one was opened. */
gboolean suture_database_is_new_beginning (SutureDatabase *self);

G_END_DECLS
