/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/keys-row.h"

#include <glib/gi18n.h>

#include "client/sentences.h"
#include "panel/plain-row.h"

#define BLOCK 4 /* hex digits between blanks: people compare in pieces, and lines can break */

struct _SutureKeysRow
{
  AdwExpanderRow parent_instance;
  GPtrArray *rows; /* of GtkWidget, children */
};

G_DEFINE_FINAL_TYPE (SutureKeysRow, suture_keys_row, ADW_TYPE_EXPANDER_ROW)

static char *
in_blocks (const char *hex)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; hex[i] != '\0'; i++)
    {
      if (i > 0 && i % BLOCK == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, hex[i]);
    }
  return g_string_free (text, FALSE);
}

void
suture_keys_row_show (SutureKeysRow *self, const SutureFeedFacts *facts)
{
  g_autofree char *version = g_strdup_printf ("%" G_GUINT64_FORMAT, facts->root_version);
  g_autofree char *subtitle
      = g_strdup_printf (suture_feed_is_local (facts) ? _("Made on this computer; they never leave it. Root version %s.")
                                                      : _("To be compared with what the publisher says. Root version %s."),
                         version);

  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self), facts->keys->len > 0);
  for (guint i = 0; i < facts->keys->len; i++)
    {
      const SutureFeedKey *key = g_ptr_array_index (facts->keys, i);
      g_autofree char *role = suture_sentence_role (key->role);
      g_autofree char *blocks = in_blocks (key->fingerprint);
      g_autofree char *fingerprint = g_strdup_printf ("%s\n%s", key->type, blocks);
      AdwActionRow *row = suture_plain_row_new (role, fingerprint);

      adw_expander_row_add_row (ADW_EXPANDER_ROW (self), GTK_WIDGET (row));
      g_ptr_array_add (self->rows, row);
    }
}

static void
suture_keys_row_finalize (GObject *object)
{
  g_ptr_array_unref (SUTURE_KEYS_ROW (object)->rows);
  G_OBJECT_CLASS (suture_keys_row_parent_class)->finalize (object);
}

static void
suture_keys_row_class_init (SutureKeysRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = suture_keys_row_finalize;
}

static void
suture_keys_row_init (SutureKeysRow *self)
{
  self->rows = g_ptr_array_new ();
}
