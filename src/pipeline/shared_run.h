// Shares a run's training among ranks: rank 0 runs the pipeline and writes the run, the others
// train with it.
#pragma once

#include "data/dataset.h"
#include "model/gradient_exchange.h"
#include "model/numerics.h"
#include "pipeline/config.h"

namespace digits {

class Network;
struct TrainingState;

// Rank 0: sends the others the description of a training. train() follows.
void offer_training(GradientExchange& exchange, const Network& network, const Schema& schema,
                    const Config& config);

// The other ranks: receive it, train, and leave. They read and write no file. Throw
// distributed.other_program when rank 0 is of another version, and as check_training and train().
void join_training(GradientExchange& exchange,
                   const LayerOperations& operations = libtorch_operations());

// Throws config.ranks when the stopped training has steps left and had another number of ranks.
void require_same_ranks(const TrainingState& state, int ranks, const Config& config);

}  // namespace digits
