# The R tools of the benchmarks: one process that fits what it is asked to fit, and times the call alone.
#
#   Rscript peers.R versions                     the version of R and of each package that is installed
#   Rscript peers.R serve                        answers one request a line until its input ends
#   Rscript peers.R once TOOL FILE               one fit at the default, for a process measured from outside
#   Rscript peers.R sample FILE MODEL OUT PRIORS NUMBERS   draws by rstan, its stages in seconds as a line of JSON
#
# A request and an answer are fields between tabs. Numbers are written with 17 digits.

arguments <- commandArgs(trailingOnly = TRUE)
packages <- c("mclust", "mixtools", "rstan")

if (arguments[1] == "versions") {
  cat("R", as.character(getRversion()), "\n", sep = "\t")
  for (package in packages)
    if (requireNamespace(package, quietly = TRUE))
      cat(package, as.character(packageVersion(package)), "\n", sep = "\t")
  quit()
}

read <- function(file) readBin(file, "double", file.info(file)$size / 8)

fits <- list(
  mclust = function(x, tol) {
    set.seed(1) # of large data mclust looks at a random part to begin with
    if (is.na(tol)) return(mclust::Mclust(x, G = 2, modelNames = "V", verbose = FALSE))
    control <- mclust::emControl(tol = c(tol, sqrt(.Machine$double.eps)))
    mclust::Mclust(x, G = 2, modelNames = "V", verbose = FALSE, control = control)
  },
  mixtools = function(x, tol) {
    set.seed(1)
    if (is.na(tol)) return(mixtools::normalmixEM(x, k = 2))
    mixtools::normalmixEM(x, k = 2, epsilon = tol, maxit = 1e6)
  }
)

# The number of passes (NA where the tool does not tell), weights, means, sds and, where there is one, the trace of
# log-likelihoods.
estimate <- list(
  mclust = function(m) c(NA, m$parameters$pro, m$parameters$mean, sqrt(m$parameters$variance$sigmasq)),
  mixtools = function(m) c(length(m$all.loglik) - 1, m$lambda, m$mu, m$sigma, m$all.loglik)
)

# Mclust() and MclustBootstrap() look functions up on the search path.
need <- function(tool) suppressMessages(suppressWarnings(library(tool, character.only = TRUE)))

resample <- function(x, refits, type) {
  set.seed(1)
  fit <- fits$mclust(x, NA)
  boot <- mclust::MclustBootstrap(fit, nboot = refits, type = type, verbose = FALSE)
  c(refits - boot$nonfit, quantile(boot$pro[, 1], c(0.025, 0.975)))
}

if (arguments[1] == "once") {
  need(arguments[2])
  # Rscript -e would print; a user's script does not.
  sink(nullfile())
  kept <- fits[[arguments[2]]](read(arguments[3]), NA)
  sink()
  status <- if (file.exists("/proc/self/status")) readLines("/proc/self/status") else character()
  cat(gsub("[^0-9]", "", grep("^VmHWM", status, value = TRUE)))
  quit()
}

if (arguments[1] == "sample") {
  clock <- Sys.time()
  lap <- function() {
    before <- clock
    clock <<- Sys.time()
    as.numeric(clock - before, units = "secs")
  }
  need("rstan")
  x <- read(arguments[2])
  imported <- lap()
  rstan_options(auto_write = TRUE) # the compiled model is kept beside its file
  model <- stan_model(arguments[3])
  built <- lap()
  priors <- eval(parse(text = sprintf("list(%s)", arguments[5])))
  numbers <- as.integer(strsplit(arguments[6], ",")[[1]]) # draws, tuning draws, chains, cores, seed
  # Stan's own starts are near zero, far from heights.
  start <- function() list(weights = c(0.5, 0.5), means = mean(x) + c(-1, 1) * sd(x), sds = rep(sd(x), 2) / 2)
  fit <- sampling(
    model, data = c(list(n = length(x), x = x), priors), chains = numbers[3], iter = numbers[1] + numbers[2],
    warmup = numbers[2], cores = numbers[4], seed = numbers[5], init = start, refresh = 0
  )
  sampled <- lap()
  divergent <- sapply(get_sampler_params(fit, inc_warmup = FALSE), function(chain) sum(chain[, "divergent__"]))
  draws <- extract(fit, pars = c("weights", "means", "sds"), permuted = FALSE)
  writeBin(as.double(draws[, , seq_len(6)]), arguments[4])
  cat(sprintf(
    '\n{"seconds": {"import": %f, "build": %f, "sample": %f}, "divergences": %d, "note": ""}\n',
    imported, built, sampled, as.integer(sum(divergent))
  ))
  quit()
}

answer <- function(fields) {
  if (fields[1] == "load") {
    x <<- read(fields[2])
    return("0")
  }
  tool <- fields[2]
  need(tool)
  sink(nullfile())
  on.exit(sink())
  begin <- Sys.time()
  if (fields[1] == "fit") found <- fits[[tool]](x, as.numeric(fields[3]))
  if (fields[1] == "bootstrap") found <- resample(x, as.integer(fields[3]), fields[4])
  seconds <- as.numeric(Sys.time() - begin, units = "secs")
  if (fields[1] == "fit") found <- estimate[[tool]](found)
  sprintf("%.17g", c(seconds, found))
}

requests <- file("stdin", open = "r")
while (length(line <- readLines(requests, n = 1)) > 0) {
  reply <- tryCatch(
    c("ok", suppressWarnings(answer(strsplit(line, "\t")[[1]]))),
    error = function(problem) c("error", gsub("[\t\n]", " ", conditionMessage(problem)))
  )
  cat(reply, sep = "\t")
  cat("\n")
  flush(stdout())
}
