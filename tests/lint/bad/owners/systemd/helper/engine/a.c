/* SPDX-License-Identifier: LGPL-2.1-or-later */
static const char name[] = "org.freedesktop.systemd1";
