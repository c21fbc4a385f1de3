//! The files that somebody has to look at first.

use super::tenant::Tenant;

/// How many are kept, however many fail.
const MOST: usize = 100;

/// The worst files, the worst first, and of one class those that came first.
#[derive(Debug, Default)]
pub(super) struct Worst(Vec<Tenant>);

impl Worst {
    pub(super) fn add(&mut self, tenant: Tenant) {
        let place = self.0.partition_point(|other| other.class >= tenant.class);
        if place < MOST {
            self.0.insert(place, tenant);
            self.0.truncate(MOST);
        }
    }

    pub(super) fn list(&self) -> &[Tenant] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::Class;

    #[test]
    fn the_worst_stay_in_their_order() {
        let mut worst = Worst::default();
        for number in 0..300 {
            let class = if number % 3 == 0 { Class::InDoubt } else { Class::Busy };
            worst.add(Tenant::new(number.to_string().into(), class));
        }
        worst.add(Tenant::new("damaged".into(), Class::Corrupt));
        let kept: Vec<_> = worst.list().iter().map(|tenant| tenant.path.to_string_lossy()).collect();
        let in_doubt: Vec<_> = (0..300).step_by(3).map(|number| number.to_string()).collect();
        assert_eq!(kept, in_doubt);

        let mut worst = Worst::default();
        for class in [Class::Busy, Class::Corrupt, Class::Busy, Class::Failed] {
            worst.add(Tenant::new("a".into(), class));
        }
        let classes: Vec<_> = worst.list().iter().map(|tenant| tenant.class).collect();
        assert_eq!(classes, [Class::Failed, Class::Corrupt, Class::Busy, Class::Busy]);
    }
}
