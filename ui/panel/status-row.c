/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/status-row.h"

#include <glib/gi18n.h>

#include "client/local-words.h"
#include "panel/side-layout.h"

#define PULSE_MS 120 /* the step of a bar whose end is not known */

struct _SutureStatusRow
{
  AdwPreferencesRow parent_instance;
  GtkImage *icon;           /* of the template, as all below */
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkProgressBar *progress;
  GtkButton *button;
  const char *style; /* the icon's present class (static) */
  guint pulse;       /* timeout */
};

G_DEFINE_FINAL_TYPE (SutureStatusRow, suture_status_row, ADW_TYPE_PREFERENCES_ROW)

/* How each status looks; the words say the same, so colour is never alone. */
typedef struct
{
  const char *icon;
  const char *style;
  const char *label;  /* of the button, or NULL */
  const char *action; /* of the button */
} Look;

static const Look looks[] = {
  [SUTURE_STATUS_UNREACHABLE] = { "dialog-error-symbolic", "error", N_ ("Try Again"), "suture.check" },
  [SUTURE_STATUS_NO_SOURCE] = { "security-low-symbolic", "dim-label", N_ ("Add a Source…"), "suture.add-source" },
  [SUTURE_STATUS_WORKING] = { "emblem-synchronizing-symbolic", "accent", N_ ("Cancel"), "suture.cancel" },
  [SUTURE_STATUS_WITHDRAWN] = { "dialog-warning-symbolic", "warning", N_ ("Remove…"), "suture.remove" },
  [SUTURE_STATUS_UNDONE] = { "dialog-warning-symbolic", "warning", N_ ("Show Details"), "suture.open" },
  [SUTURE_STATUS_CLOSING] = { "dialog-warning-symbolic", "warning", N_ ("Remove…"), "suture.remove" },
  [SUTURE_STATUS_READY] = { "software-update-available-symbolic", "accent", N_ ("Install"), "suture.install-all" },
  [SUTURE_STATUS_ROLLING] = { "security-medium-symbolic", "accent", N_ ("Install Now"), "suture.install-all" },
  [SUTURE_STATUS_WAITING] = { "security-medium-symbolic", "accent", N_ ("Install Now"), "suture.install-all" },
  [SUTURE_STATUS_MANAGED] = { "security-medium-symbolic", "dim-label", N_ ("Check Now"), "suture.check" },
  [SUTURE_STATUS_ATTENTION] = { "dialog-warning-symbolic", "warning", N_ ("Check Now"), "suture.check" },
  [SUTURE_STATUS_UNFINISHED] = { "security-medium-symbolic", "accent", N_ ("Check Now"), "suture.check" },
  [SUTURE_STATUS_UNCHECKED] = { "security-medium-symbolic", "dim-label", N_ ("Check Now"), "suture.check" },
  [SUTURE_STATUS_PAUSED] = { "security-medium-symbolic", "dim-label", N_ ("Resume"), "overview.resume" },
  [SUTURE_STATUS_SYSTEM_UPDATE]
  = { "software-update-available-symbolic", "accent", N_ ("Show Updates"), "suture.updates" },
  [SUTURE_STATUS_CHANGED] = { "security-medium-symbolic", "dim-label", N_ ("Check Now"), "suture.check" },
  [SUTURE_STATUS_PROTECTED] = { "security-high-symbolic", "success", N_ ("Check Now"), "suture.check" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (looks) == SUTURE_STATUS_PROTECTED + 1);

static gboolean
on_pulse (gpointer user_data)
{
  gtk_progress_bar_pulse (SUTURE_STATUS_ROW (user_data)->progress);
  return G_SOURCE_CONTINUE;
}

static void
show_progress (SutureStatusRow *self, gboolean working, const SutureFacts *facts)
{
  gboolean known = facts->bytes_total > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->progress), working);
  if (working && known)
    gtk_progress_bar_set_fraction (self->progress,
                                   MIN (1.0, (double) facts->bytes_done / (double) facts->bytes_total));
  if (working && !known && self->pulse == 0)
    self->pulse = g_timeout_add (PULSE_MS, on_pulse, self);
  if (!working || known)
    g_clear_handle_id (&self->pulse, g_source_remove);
}

static void
set_icon_style (SutureStatusRow *self, const char *style)
{
  if (self->style != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), self->style);
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), style);
  self->style = style;
}

/* An action wants its target first, and one without a target wants none. What is the same is left alone: between two actions
 * the button is insensitive, and would lose the focus. */
static void
show_action (SutureStatusRow *self, const char *action, const SutureStatus *status)
{
  GtkActionable *button = GTK_ACTIONABLE (self->button);

  if (g_strcmp0 (gtk_actionable_get_action_name (button), action) != 0)
    gtk_actionable_set_action_name (button, NULL);
  if (status->improvement[0] != '\0')
    gtk_actionable_set_action_target (button, "s", status->improvement);
  else
    gtk_actionable_set_action_target_value (button, NULL);
  gtk_actionable_set_action_name (button, action);
}

static gboolean
can_turn_on (const SutureStatus *status, const SutureFacts *facts)
{
  return status->kind == SUTURE_STATUS_NO_SOURCE && g_str_equal (facts->local_feed, "off");
}

/* What the button says. */
static char *
label_for (const SutureStatus *status, const SutureFacts *facts)
{
  if (can_turn_on (status, facts))
    return suture_local_words_invitation ();
  if (status->kind == SUTURE_STATUS_READY && status->n_available > 1)
    return g_strdup (_("Install All"));
  return g_strdup (_(looks[status->kind].label));
}

/* Over two lines where one is too narrow. */
static void
set_label (GtkButton *button, const char *text)
{
  GtkWidget *label = NULL;

  gtk_button_set_label (button, text);
  label = gtk_button_get_child (button);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
}

void
suture_status_row_show (SutureStatusRow *self, const SutureStatus *status, const SutureFacts *facts)
{
  const Look *look = &looks[status->kind];
  gboolean working = status->kind == SUTURE_STATUS_WORKING;
  gboolean suggested = status->kind == SUTURE_STATUS_READY || can_turn_on (status, facts);
  g_autofree char *label = label_for (status, facts);

  gtk_image_set_from_icon_name (self->icon, look->icon);
  set_icon_style (self, look->style);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), status->title);
  gtk_label_set_label (self->title, status->title);
  gtk_label_set_label (self->subtitle, status->subtitle);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), status->subtitle[0] != '\0');
  show_progress (self, working, facts);
  set_label (self->button, label);
  show_action (self, can_turn_on (status, facts) ? "suture.use-local" : look->action, status);
  gtk_widget_set_visible (GTK_WIDGET (self->button), !working || facts->cancellable);
  if (suggested)
    gtk_widget_add_css_class (GTK_WIDGET (self->button), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->button), "suggested-action");
}

static void
suture_status_row_dispose (GObject *object)
{
  g_clear_handle_id (&SUTURE_STATUS_ROW (object)->pulse, g_source_remove);
  G_OBJECT_CLASS (suture_status_row_parent_class)->dispose (object);
}

static void
suture_status_row_class_init (SutureStatusRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_status_row_dispose;
  g_type_ensure (SUTURE_TYPE_SIDE_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/status-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureStatusRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SutureStatusRow, title);
  gtk_widget_class_bind_template_child (widget_class, SutureStatusRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, SutureStatusRow, progress);
  gtk_widget_class_bind_template_child (widget_class, SutureStatusRow, button);
}

static void
suture_status_row_init (SutureStatusRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
