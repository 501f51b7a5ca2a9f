/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/properties.h"

#include "client/facts.h"

#define LIST_MAX 4096 /* entries of one list that are kept: more than any real improvement has */

char *
suture_properties_dup_text (GVariantDict *dict, const char *name)
{
  const char *text = "";

  g_variant_dict_lookup (dict, name, "&s", &text);
  return suture_facts_clean (text);
}

char **
suture_properties_dup_list (GVariantDict *dict, const char *name)
{
  g_autoptr (GVariant) list = g_variant_dict_lookup_value (dict, name, G_VARIANT_TYPE_STRING_ARRAY);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize n = list != NULL ? MIN (g_variant_n_children (list), LIST_MAX) : 0;

  for (gsize i = 0; i < n; i++)
    {
      const char *text = NULL;
      g_autofree char *clean = NULL;

      g_variant_get_child (list, i, "&s", &text);
      clean = suture_facts_clean (text);
      g_strv_builder_add (builder, clean);
    }
  return g_strv_builder_end (builder);
}

void
suture_properties_each_pair (GVariantDict *dict, const char *name, GPtrArray *array, void (*add) (GPtrArray *, char *, char *))
{
  g_autoptr (GVariant) list = g_variant_dict_lookup_value (dict, name, G_VARIANT_TYPE ("a(ss)"));
  gsize n = list != NULL ? MIN (g_variant_n_children (list), LIST_MAX) : 0;

  for (gsize i = 0; i < n; i++)
    {
      const char *a = NULL;
      const char *b = NULL;

      g_variant_get_child (list, i, "(&s&s)", &a, &b);
      add (array, suture_facts_clean (a), suture_facts_clean (b));
    }
}

void
suture_properties_each_number (GVariantDict *dict, const char *name, GPtrArray *array, void (*add) (GPtrArray *, char *, guint))
{
  g_autoptr (GVariant) list = g_variant_dict_lookup_value (dict, name, G_VARIANT_TYPE ("a(su)"));
  gsize n = list != NULL ? MIN (g_variant_n_children (list), LIST_MAX) : 0;

  for (gsize i = 0; i < n; i++)
    {
      const char *text = NULL;
      guint number = 0;

      g_variant_get_child (list, i, "(&su)", &text, &number);
      add (array, suture_facts_clean (text), number);
    }
}

void
suture_properties_each_triple (GVariantDict *dict,
                               const char *name,
                               GPtrArray *array,
                               void (*add) (GPtrArray *, char *, char *, char *))
{
  g_autoptr (GVariant) list = g_variant_dict_lookup_value (dict, name, G_VARIANT_TYPE ("a(sss)"));
  gsize n = list != NULL ? MIN (g_variant_n_children (list), LIST_MAX) : 0;

  for (gsize i = 0; i < n; i++)
    {
      const char *a = NULL;
      const char *b = NULL;
      const char *c = NULL;

      g_variant_get_child (list, i, "(&s&s&s)", &a, &b, &c);
      add (array, suture_facts_clean (a), suture_facts_clean (b), suture_facts_clean (c));
    }
}
