import { describeTwins } from './twins/twins.ts'

describeTwins(2, 3)
