/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Chance that can be repeated: splitmix64 (Steele, Lea, Flood 2014). */

G_BEGIN_DECLS

typedef struct
{
  guint64 state;
} ModelDice;

static inline guint64
model_dice_next (ModelDice *self)
{
  guint64 z = self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* From 0 to @count - 1. */
static inline guint
model_dice_below (ModelDice *self, guint count)
{
  return (guint) (model_dice_next (self) % count);
}

static inline gboolean
model_dice_percent (ModelDice *self, guint percent)
{
  return model_dice_below (self, 100) < percent;
}

G_END_DECLS
