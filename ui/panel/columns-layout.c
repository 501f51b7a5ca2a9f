/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/columns-layout.h"

#define SPACING 24       /* pixels, as between groups of preferences */
#define READABLE_CHARS 34 /* of a column: half a fingerprint in monospace letters, and the row's edges */

struct _SutureColumnsLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (SutureColumnsLayout, suture_columns_layout, GTK_TYPE_LAYOUT_MANAGER)

typedef struct
{
  GtkWidget *shown[2];
  guint n;
} Columns;

static Columns
get_columns (GtkWidget *widget)
{
  Columns columns = { { NULL, NULL }, 0 };

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && columns.n < G_N_ELEMENTS (columns.shown);
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      columns.shown[columns.n++] = child;
  return columns;
}

/* @width: of all, -1: any. */
static gboolean
are_beside (GtkWidget *widget, const Columns *columns, int width)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int character = PANGO_PIXELS (pango_font_metrics_get_approximate_char_width (metrics));

  pango_font_metrics_unref (metrics);
  return columns->n == 2 && (width < 0 || width >= 2 * READABLE_CHARS * character + SPACING);
}

static GtkSizeRequestMode
suture_columns_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
measure_width (const Columns *columns, int *minimum, int *natural)
{
  for (guint i = 0; i < columns->n; i++)
    {
      int child_minimum = 0;
      int child_natural = 0;

      gtk_widget_measure (columns->shown[i], GTK_ORIENTATION_HORIZONTAL, -1, &child_minimum, &child_natural, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
      *natural = MAX (*natural, columns->n == 2 ? 2 * child_natural + SPACING : child_natural);
    }
}

static void
measure_height (const Columns *columns, gboolean beside, int width, int *minimum, int *natural)
{
  int each = beside && width >= 0 ? (width - SPACING) / 2 : width;

  for (guint i = 0; i < columns->n; i++)
    {
      int child_minimum = 0;
      int child_natural = 0;
      int gap = i > 0 ? SPACING : 0;

      gtk_widget_measure (columns->shown[i], GTK_ORIENTATION_VERTICAL, each, &child_minimum, &child_natural, NULL, NULL);
      *minimum = beside ? MAX (*minimum, child_minimum) : *minimum + gap + child_minimum;
      *natural = beside ? MAX (*natural, child_natural) : *natural + gap + child_natural;
    }
}

static void
suture_columns_layout_measure (GtkLayoutManager *manager, GtkWidget *widget, GtkOrientation orientation, int for_size,
                               int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  Columns columns = get_columns (widget);

  *minimum = 0;
  *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (&columns, minimum, natural);
  else
    measure_height (&columns, are_beside (widget, &columns, for_size), for_size, minimum, natural);
}

static void
suture_columns_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  Columns columns = get_columns (widget);
  gboolean beside = are_beside (widget, &columns, width);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int each = beside ? (width - SPACING) / 2 : width;
  int y = 0;

  for (guint i = 0; i < columns.n; i++)
    {
      GtkAllocation place = { 0, y, each, height };

      gtk_widget_measure (columns.shown[i], GTK_ORIENTATION_VERTICAL, each, NULL, &place.height, NULL, NULL);
      if (beside)
        place.x = (i == 1) != rtl ? width - each : 0;
      else
        y += place.height + SPACING;
      gtk_widget_size_allocate (columns.shown[i], &place, -1);
    }
}

static void
suture_columns_layout_class_init (SutureColumnsLayoutClass *klass)
{
  GtkLayoutManagerClass *manager_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  manager_class->get_request_mode = suture_columns_layout_get_request_mode;
  manager_class->measure = suture_columns_layout_measure;
  manager_class->allocate = suture_columns_layout_allocate;
}

static void
suture_columns_layout_init (SutureColumnsLayout *self)
{
}
