/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/announcement.h"

#include <glib/gi18n.h>
#include <unistd.h>

typedef struct
{
  void (*done) (gpointer user_data);
  gpointer user_data; /* (borrowed) */
} After;

static void
on_announced (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree After *after = user_data;
  g_autoptr (GError) error = NULL;

  /* Where that is not permitted, or not possible now, the next one who is told says so. */
  if (!suture_client_set_finish (SUTURE_CLIENT (source), result, &error))
    g_debug ("%s", error->message);
  after->done (after->user_data);
}

void
suture_announcement_make (SutureClient *client, void (*done) (gpointer user_data), gpointer user_data)
{
  const SutureFacts *facts = suture_client_get_facts (client);
  After *after = NULL;

  if (facts->announced || !facts->automatic || !isatty (STDERR_FILENO))
    {
      done (user_data);
      return;
    }
  g_printerr ("%s\n\n", _("Small security fixes are installed automatically when they are ready. To change that: suturectl "
                          "automatic off, or suturectl delay DAYS."));
  after = g_new (After, 1);
  *after = (After){ .done = done, .user_data = user_data };
  suture_client_announce_async (client, on_announced, after);
}
