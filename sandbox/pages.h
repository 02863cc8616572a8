/* Pages for people: who the synthetic citizens are, and which messages their phones got. */
#pragma once

#include "world.h"

handler page_home, page_sms;
