-- onward: hook
CREATE INDEX people_by_domain ON people(domain);
