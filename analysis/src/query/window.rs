//! Windows: which rows a window function looks at.

use onward_core::name::Ident;
use sqlite3_parser::ast::{FrameBound, FrameClause, FrameExclude, FrameMode, Over, Window};

use super::scope::Scope;
use super::syntax::plain;

/// Whether the frame has the current row in it for sure.
pub(super) fn is_over_current_row(scope: &Scope<'_>, over: &Over<'_>) -> bool {
    match over {
        Over::Window(window) => has_current_row(window),
        Over::Name(name) => {
            let name = plain(name);
            scope.windows.iter().any(|(window, has_it)| *has_it && Ident(window) == *name)
        }
    }
}

/// A window that another one is built on has no frame of its own.
pub(super) fn has_current_row(window: &Window<'_>) -> bool {
    let Some(FrameClause { mode, start, end, exclude }) = &window.frame_clause else { return true };
    // What RANGE counts from is a value, which may be text.
    let may_count = *mode != FrameMode::Range;
    let starts = match start {
        FrameBound::UnboundedPreceding | FrameBound::CurrentRow => true,
        FrameBound::Preceding(_) => may_count,
        FrameBound::Following(_) | FrameBound::UnboundedFollowing => false,
    };
    let ends = match end {
        None | Some(FrameBound::UnboundedFollowing | FrameBound::CurrentRow) => true,
        Some(FrameBound::Following(_)) => may_count,
        Some(FrameBound::Preceding(_) | FrameBound::UnboundedPreceding) => false,
    };
    starts && ends && matches!(exclude, None | Some(FrameExclude::NoOthers | FrameExclude::Ties))
}
