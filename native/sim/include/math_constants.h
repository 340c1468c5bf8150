// Stands in for CUDA's header of this name: cudasim.h has it all.
#pragma once
#include "cudasim.h"
#define CUDART_INF_F __builtin_inff()
#define CUDART_NAN_F __builtin_nanf("")
#define CUDART_PI_F 3.14159265358979323846f
