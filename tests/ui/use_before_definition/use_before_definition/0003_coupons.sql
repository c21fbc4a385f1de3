CREATE TABLE coupons (
    code    TEXT PRIMARY KEY,
    percent INTEGER NOT NULL
);
