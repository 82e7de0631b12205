//! One step of reconciliation: the difference between a local hash tree and remote subtrees.

use kuzu_ddl_core::event::EventId;

use crate::hash_tree::{Hash, HashTree, Prefix};
use crate::limits::MAX_FRAME_SUBTREES;
use crate::protocol::frame::Subtree;

/// Maximum number of ids of a subtree that are listed instead of hashed.
const MAX_LISTED_IDS: usize = 24;

/// The root of a tree, which starts a reconciliation.
pub(super) fn root<V>(tree: &HashTree<V>) -> Vec<(Prefix, Subtree)> {
    let prefix = Prefix::default();
    vec![(prefix, summarize(tree, &prefix))]
}

/// The local content of a subtree, as ids or as hashes.
fn summarize<V>(tree: &HashTree<V>, prefix: &Prefix) -> Subtree {
    let ids: Vec<EventId> = tree
        .below(prefix)
        .map(|(id, _)| *id)
        .take(MAX_LISTED_IDS + 1)
        .collect();
    if ids.len() <= MAX_LISTED_IDS {
        return Subtree::Ids(ids);
    }
    let mut hashes = [Hash::default(); 16];
    for (digit, hash) in (0..).zip(&mut hashes) {
        *hash = tree.hash(&prefix.child(digit));
    }
    Subtree::Hashes(Box::new(hashes))
}

/// What the comparison with the subtrees of one frame found.
pub(super) struct ReconcileStep<V> {
    /// Subtrees that differ, to send in reply.
    pub(super) reply: Vec<(Prefix, Subtree)>,
    /// The values of the ids that the remote peer lacks.
    pub(super) remote_lacks: Vec<V>,
    /// The ids that the local tree lacks.
    pub(super) local_lacks: Vec<EventId>,
}

impl<V: Copy> ReconcileStep<V> {
    pub(super) fn new(tree: &HashTree<V>, subtrees: Vec<(Prefix, Subtree)>) -> Self {
        let mut step = Self {
            reply: Vec::new(),
            remote_lacks: Vec::new(),
            local_lacks: Vec::new(),
        };
        for (prefix, subtree) in subtrees {
            match subtree {
                Subtree::Hashes(remote) => step.compare_hashes(tree, &prefix, &remote),
                Subtree::Ids(remote) => step.compare_ids(tree, &prefix, &remote),
            }
        }
        step
    }

    fn compare_hashes(&mut self, tree: &HashTree<V>, prefix: &Prefix, remote: &[Hash; 16]) {
        for (digit, remote) in (0..).zip(remote) {
            let child = prefix.child(digit);
            if tree.hash(&child) == *remote {
                continue;
            }
            if *remote == Hash::default() {
                self.remote_lacks
                    .extend(tree.below(&child).map(|(_, value)| *value));
            } else {
                self.reply.push((child, summarize(tree, &child)));
            }
        }
    }

    fn compare_ids(&mut self, tree: &HashTree<V>, prefix: &Prefix, remote: &[EventId]) {
        let mut remote = remote.iter().peekable();
        for (id, value) in tree.below(prefix) {
            while let Some(other) = remote.next_if(|other| *other < id) {
                self.local_lacks.push(*other);
            }
            if remote.next_if(|other| *other == id).is_none() {
                self.remote_lacks.push(*value);
            }
        }
        self.local_lacks.extend(remote);
    }
}

/// Splits subtrees into batches of at most the maximum of one frame.
pub(super) fn split_into_frames(subtrees: Vec<(Prefix, Subtree)>) -> Vec<Vec<(Prefix, Subtree)>> {
    let (mut batches, mut subtrees) = (Vec::new(), subtrees);
    while !subtrees.is_empty() {
        let rest = subtrees.split_off(subtrees.len().min(MAX_FRAME_SUBTREES));
        batches.push(std::mem::replace(&mut subtrees, rest));
    }
    batches
}
