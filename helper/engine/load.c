/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/load.h"

#include "engine/check.h"
#include "history/setting.h"

SutureLoad *
suture_load_run (void)
{
  SutureLoad *self = g_new0 (SutureLoad, 1);
  g_autoptr (SutureWork) work = NULL;

  self->database = suture_database_open ();
  self->past = suture_journal_last (self->database);
  self->automatic_ran = suture_setting_get_number (self->database, SUTURE_SETTING_AUTOMATIC_RAN, 0);
  self->automatic_failed = (guint) CLAMP (suture_setting_get_number (self->database, SUTURE_SETTING_AUTOMATIC_FAILED, 0), 0,
                                          G_MAXINT);
  suture_choice_load (self->database, &self->choice);
  self->results = suture_record_results (self->database);
  work = suture_work_new (self->database, "", "load", "system", G_MAXUINT32);
  suture_check_restore (work);
  self->facts = suture_facts_ref (work->facts);
  self->feeds = suture_feeds_new (self->database);
  return self;
}

void
suture_load_free (SutureLoad *self)
{
  if (self == NULL)
    return;
  suture_facts_unref (self->facts);
  suture_feeds_unref (self->feeds);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  suture_database_free (self->database);
  g_free (self);
}
