/// How much memory producers may hold. Start reading at [dev.wings.ingestor.budget.MemoryBudget].
@NullMarked
package dev.wings.ingestor.budget;

import org.jspecify.annotations.NullMarked;
