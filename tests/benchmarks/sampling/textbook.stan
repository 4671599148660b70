// The textbook model of textbook.py: two normal components, kept apart by increasing means.
data {
  int<lower=1> n;
  vector[n] x;
  real<lower=0> concentration;
  real centre;
  real<lower=0> spread;
  real log_median;
  real<lower=0> log_spread;
}
parameters {
  simplex[2] weights;
  ordered[2] means;
  vector<lower=0>[2] sds;
}
model {
  weights ~ dirichlet(rep_vector(concentration, 2));
  means ~ normal(centre, spread);
  sds ~ lognormal(log_median, log_spread);
  for (i in 1:n)
    target += log_mix(weights[1],
                      normal_lpdf(x[i] | means[1], sds[1]),
                      normal_lpdf(x[i] | means[2], sds[2]));
}
