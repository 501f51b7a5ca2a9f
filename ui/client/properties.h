/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Reading what the helper publishes: what is missing or of another type is empty, and all text is clean. */

G_BEGIN_DECLS

char *suture_properties_dup_text (GVariantDict *dict, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Of an "as"; never NULL. */
char **suture_properties_dup_list (GVariantDict *dict, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Calls @add with the two clean strings, which it owns then, of each entry of an a(ss). */
void suture_properties_each_pair (GVariantDict *dict, const char *name, GPtrArray *array, void (*add) (GPtrArray *, char *, char *));

/* Calls @add with the clean string, which it owns then, and the number of each entry of an a(su). */
void suture_properties_each_number (GVariantDict *dict, const char *name, GPtrArray *array, void (*add) (GPtrArray *, char *, guint));

/* Calls @add with the three clean strings, which it owns then, of each entry of an a(sss). */
void suture_properties_each_triple (GVariantDict *dict,
                                    const char *name,
                                    GPtrArray *array,
                                    void (*add) (GPtrArray *, char *, char *, char *));

G_END_DECLS
