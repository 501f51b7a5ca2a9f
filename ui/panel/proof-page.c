/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/proof-page.h"

#include <glib/gi18n.h>

#include "client/local-words.h"
#include "panel/columns-layout.h"
#include "panel/proof-row.h"

#define ONE_COLUMN 600 /* pixels, as a page of preferences */
#define TWO_COLUMNS 1000

struct _SutureProofPage
{
  AdwBin parent_instance;
  GPtrArray *archive_rows; /* of GtkWidget, of archive_group (owned) */
  GPtrArray *feed_rows;    /* of GtkWidget, of feed_group (owned) */
  char *text;              /* all of it (owned) (nullable) */
  AdwWindowTitle *title;   /* of the template, as all below */
  AdwClamp *clamp;
  AdwPreferencesGroup *archive_group;
  AdwPreferencesGroup *feed_group;
};

G_DEFINE_FINAL_TYPE (SutureProofPage, suture_proof_page, ADW_TYPE_BIN)

static void
show_chain (AdwPreferencesGroup *group, GPtrArray *rows, GPtrArray *chain)
{
  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
  for (guint i = 0; i < chain->len; i++)
    {
      GtkWidget *row = suture_proof_row_new (g_ptr_array_index (chain, i));

      adw_preferences_group_add (group, row);
      g_ptr_array_add (rows, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (group), chain->len > 0);
}

/* A group reads its texts as markup. */
static void
name_chain (AdwPreferencesGroup *group, const char *title, const char *description)
{
  g_autofree char *safe_title = g_markup_escape_text (title, -1);
  g_autofree char *safe_description = g_markup_escape_text (description, -1);

  adw_preferences_group_set_title (group, safe_title);
  adw_preferences_group_set_description (group, safe_description);
}

static void
name_feed_chain (SutureProofPage *self, gboolean local, gboolean known)
{
  if (!known)
    name_chain (self->feed_group, _("The Source"),
                _("The source of this improvement is configured no longer, so its keys are not known here."));
  else if (local)
    name_chain (self->feed_group, _("This Computer"), _("What it prepared from that is signed with keys that never leave it."));
  else
    name_chain (self->feed_group, _("The Publisher"), _("Compare it with what the publisher says."));
}

void
suture_proof_page_show (SutureProofPage *self, SutureClient *client, SutureImprovement *improvement)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);
  SutureFeed *feed = suture_client_find_feed (client, facts->feed);
  g_autoptr (GPtrArray) archive = suture_chain_of_archive (facts);
  int size = archive->len > 0 ? TWO_COLUMNS : ONE_COLUMN;
  g_autoptr (GPtrArray) own = suture_chain_of_feed (facts, feed != NULL ? suture_feed_get_facts (feed) : NULL);
  g_autofree char *archive_text = suture_chain_to_text (archive);
  g_autofree char *own_text = suture_chain_to_text (own);

  adw_window_title_set_subtitle (self->title, suture_improvement_get_title (improvement));
  name_chain (self->archive_group, _("The Archive"), _("What apt has verified, and accepts itself."));
  name_feed_chain (self, suture_local_words_made (facts, feed), feed != NULL);
  show_chain (self->archive_group, self->archive_rows, archive);
  show_chain (self->feed_group, self->feed_rows, own);
  adw_clamp_set_maximum_size (self->clamp, size);
  adw_clamp_set_tightening_threshold (self->clamp, size); /* a fingerprint wants all the width that there is */
  g_free (self->text);
  self->text = g_strconcat (archive_text, own_text, NULL);
}

static void
on_copy (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureProofPage *self = SUTURE_PROOF_PAGE (widget);

  if (self->text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), self->text);
}

static void
suture_proof_page_finalize (GObject *object)
{
  SutureProofPage *self = SUTURE_PROOF_PAGE (object);

  g_ptr_array_unref (self->archive_rows);
  g_ptr_array_unref (self->feed_rows);
  g_free (self->text);
  G_OBJECT_CLASS (suture_proof_page_parent_class)->finalize (object);
}

static void
suture_proof_page_class_init (SutureProofPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = suture_proof_page_finalize;
  g_type_ensure (SUTURE_TYPE_COLUMNS_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/proof-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureProofPage, title);
  gtk_widget_class_bind_template_child (widget_class, SutureProofPage, clamp);
  gtk_widget_class_bind_template_child (widget_class, SutureProofPage, archive_group);
  gtk_widget_class_bind_template_child (widget_class, SutureProofPage, feed_group);
  gtk_widget_class_install_action (widget_class, "proof.copy", NULL, on_copy);
}

static void
suture_proof_page_init (SutureProofPage *self)
{
  self->archive_rows = g_ptr_array_new ();
  self->feed_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
