// Stands in for CUDA's header of this name: cudasim.h has it all.
#pragma once
#include "cudasim.h"
