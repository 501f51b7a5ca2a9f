/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/side-layout.h"

#define SPACING 12        /* pixels */
#define READABLE_CHARS 32 /* of the first widget's font, its icon included */

struct _SutureSideLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (SutureSideLayout, suture_side_layout, GTK_TYPE_LAYOUT_MANAGER)

typedef struct
{
  GtkWidget *first;
  GtkWidget *second; /* NULL when it is hidden */
  int second_width;  /* natural, pixels */
  int least_width;   /* below, the second goes under the first */
} Parts;

static Parts
get_parts (GtkWidget *widget)
{
  Parts parts = { .first = gtk_widget_get_first_child (widget) };
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int character = PANGO_PIXELS (pango_font_metrics_get_approximate_char_width (metrics));

  pango_font_metrics_unref (metrics);
  parts.second = gtk_widget_get_next_sibling (parts.first);
  if (!gtk_widget_should_layout (parts.second))
    parts.second = NULL;
  else
    gtk_widget_measure (parts.second, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &parts.second_width, NULL, NULL);
  parts.least_width = READABLE_CHARS * character + SPACING + parts.second_width;
  return parts;
}

static void
measure_width (const Parts *parts, int *minimum, int *natural)
{
  int second_minimum = 0;

  gtk_widget_measure (parts->first, GTK_ORIENTATION_HORIZONTAL, -1, minimum, natural, NULL, NULL);
  if (parts->second == NULL)
    return;
  gtk_widget_measure (parts->second, GTK_ORIENTATION_HORIZONTAL, -1, &second_minimum, NULL, NULL, NULL);
  *minimum = MAX (*minimum, second_minimum);
  *natural += SPACING + parts->second_width;
}

static void
measure_height (const Parts *parts, int width, int *minimum, int *natural)
{
  gboolean below = width >= 0 && width < parts->least_width;
  int first_width = parts->second == NULL || below || width < 0 ? width : width - SPACING - parts->second_width;
  int second_minimum = 0;
  int second_natural = 0;

  gtk_widget_measure (parts->first, GTK_ORIENTATION_VERTICAL, first_width, minimum, natural, NULL, NULL);
  if (parts->second == NULL)
    return;
  gtk_widget_measure (parts->second, GTK_ORIENTATION_VERTICAL, below ? width : -1, &second_minimum, &second_natural, NULL, NULL);
  *minimum = below ? *minimum + SPACING + second_minimum : MAX (*minimum, second_minimum);
  *natural = below ? *natural + SPACING + second_natural : MAX (*natural, second_natural);
}

static GtkSizeRequestMode
suture_side_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
suture_side_layout_measure (GtkLayoutManager *manager, GtkWidget *widget, GtkOrientation orientation, int for_size,
                            int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  Parts parts = get_parts (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    measure_width (&parts, minimum, natural);
  else
    measure_height (&parts, for_size, minimum, natural);
}

static void
suture_side_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  Parts parts = get_parts (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkAllocation first = { 0, 0, width, height };
  GtkAllocation second = { 0, 0, width, height };

  if (parts.second != NULL && width < parts.least_width)
    {
      gtk_widget_measure (parts.second, GTK_ORIENTATION_VERTICAL, width, NULL, &second.height, NULL, NULL);
      second.y = height - second.height;
      first.height = second.y - SPACING;
    }
  else if (parts.second != NULL)
    {
      second.width = parts.second_width;
      first.width = width - SPACING - second.width;
      second.x = rtl ? 0 : width - second.width;
      first.x = rtl ? width - first.width : 0;
    }
  gtk_widget_size_allocate (parts.first, &first, -1);
  if (parts.second != NULL)
    gtk_widget_size_allocate (parts.second, &second, -1);
}

static void
suture_side_layout_class_init (SutureSideLayoutClass *klass)
{
  GtkLayoutManagerClass *manager_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  manager_class->get_request_mode = suture_side_layout_get_request_mode;
  manager_class->measure = suture_side_layout_measure;
  manager_class->allocate = suture_side_layout_allocate;
}

static void
suture_side_layout_init (SutureSideLayout *self)
{
}
